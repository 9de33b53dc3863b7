with parametric_fit as (
    select * from {{ source('results', 'parametric_fit') }}
),

analysis as (
    select * from {{ source('results', 'analysis') }}
),

analysis_method as (
    select * from {{ source('results', 'method') }}
),

analysis_labels as (
    select * from {{ ref('int_analysis_labels') }}
),

level_labels as (
    select * from {{ ref('int_level_labels') }}
),

parametric_fits as (
    select
        analysis_labels.analysis_order,
        parametric_fit.analysis_id,
        analysis_labels.analysis_label,
        analysis_labels.endpoint,
        analysis_labels.endpoint_label,
        analysis_labels.population_label,
        analysis_labels.strata_label,
        parametric_fit.stratum,
        coalesce(level_labels.level_label, 'All') as stratum_label,
        cast(coalesce(level_labels.level_order, 1) as int) as stratum_order,
        parametric_fit.model,
        cast(parametric_fit.n as bigint) as n,
        cast(parametric_fit.n_event as bigint) as n_event,
        cast(parametric_fit.n_parameters as int) as n_parameters,
        parametric_fit.log_likelihood,
        parametric_fit.aic,
        parametric_fit.bic,
        parametric_fit.mean_months,
        parametric_fit.last_months,
        parametric_fit.mean_status,
        analysis_method.conf_level,
        analysis.caution,
        parametric_fit.status
    from parametric_fit
    inner join analysis on parametric_fit.analysis_id = analysis.analysis_id
    inner join analysis_labels
        on parametric_fit.analysis_id = analysis_labels.analysis_id
    left join analysis_method
        on parametric_fit.analysis_id = analysis_method.analysis_id
    left join level_labels
        on
            analysis_labels.strata_factor = level_labels.factor
            and parametric_fit.stratum = level_labels.level
)

select * from parametric_fits
order by analysis_order, stratum_order, stratum, model
