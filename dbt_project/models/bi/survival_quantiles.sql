with survival_quantile as (
    select * from {{ source('results', 'survival_quantile') }}
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

survival_quantiles as (
    select
        analysis_labels.analysis_order,
        survival_quantile.analysis_id,
        analysis_labels.analysis_label,
        analysis_labels.endpoint,
        analysis_labels.endpoint_label,
        analysis_labels.population_label,
        analysis_labels.strata_label,
        survival_quantile.stratum,
        coalesce(level_labels.level_label, 'All') as stratum_label,
        cast(coalesce(level_labels.level_order, 1) as int) as stratum_order,
        survival_quantile.probability,
        cast(survival_quantile.n as bigint) as n,
        cast(survival_quantile.n_event as bigint) as n_event,
        survival_quantile.quantile_months,
        survival_quantile.quantile_ci_lower,
        survival_quantile.quantile_ci_upper,
        survival_quantile.conditional_from_months,
        analysis_method.conf_level,
        analysis.caution,
        survival_quantile.status
    from survival_quantile
    inner join analysis on survival_quantile.analysis_id = analysis.analysis_id
    inner join analysis_labels
        on survival_quantile.analysis_id = analysis_labels.analysis_id
    left join analysis_method
        on survival_quantile.analysis_id = analysis_method.analysis_id
    left join level_labels
        on
            analysis_labels.strata_factor = level_labels.factor
            and survival_quantile.stratum = level_labels.level
)

select * from survival_quantiles
order by analysis_order, stratum_order, stratum, probability
