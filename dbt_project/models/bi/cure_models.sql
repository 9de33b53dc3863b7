with cure_model as (
    select * from {{ source('results', 'cure_model') }}
),

analysis_method as (
    select * from {{ source('results', 'method') }}
),

analysis_labels as (
    select * from {{ ref('int_analysis_labels') }}
),

cure_models as (
    select
        analysis_labels.analysis_order,
        cure_model.analysis_id,
        analysis_labels.analysis_label,
        analysis_labels.endpoint,
        analysis_labels.endpoint_label,
        analysis_labels.population_label,
        cure_model.latency,
        cast(cure_model.n as bigint) as n,
        cast(cure_model.n_event as bigint) as n_event,
        cast(cure_model.n_missing as bigint) as n_missing,
        100 * cure_model.cure_fraction as cured_percent,
        100 * cure_model.ci_lower as cured_ci_lower_percent,
        100 * cure_model.ci_upper as cured_ci_upper_percent,
        cure_model.scale_months,
        cure_model.shape,
        100 * cure_model.rest_at_end as rest_at_end_percent,
        cure_model.last_months,
        cure_model.log_likelihood,
        cure_model.aic,
        cure_model.lr_statistic as lr_chi_square,
        cast(cure_model.df as int) as df,
        cure_model.lr_p,
        analysis_method.conf_level,
        cure_model.caution,
        cure_model.inferred,
        cure_model.plateau_status,
        cure_model.status
    from cure_model
    inner join analysis_labels
        on cure_model.analysis_id = analysis_labels.analysis_id
    left join analysis_method
        on cure_model.analysis_id = analysis_method.analysis_id
)

select * from cure_models
order by analysis_order
