with parametric_survival as (
    select * from {{ source('results', 'parametric_survival') }}
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

parametric_curves as (
    select
        analysis_labels.analysis_order,
        parametric_survival.analysis_id,
        analysis_labels.analysis_label,
        analysis_labels.endpoint,
        analysis_labels.endpoint_label,
        analysis_labels.population_label,
        analysis_labels.strata_label,
        parametric_survival.stratum,
        coalesce(level_labels.level_label, 'All') as stratum_label,
        cast(coalesce(level_labels.level_order, 1) as int) as stratum_order,
        parametric_survival.model,
        parametric_survival.time_months,
        cast(parametric_survival.n as bigint) as n,
        cast(parametric_survival.n_event as bigint) as n_event,
        100 * parametric_survival.estimate as survival_percent,
        100 * parametric_survival.ci_lower as ci_lower_percent,
        100 * parametric_survival.ci_upper as ci_upper_percent,
        parametric_survival.restricted_mean_months,
        parametric_survival.is_asked,
        parametric_survival.is_extrapolated,
        analysis_method.conf_level,
        analysis.caution,
        parametric_survival.status
    from parametric_survival
    inner join analysis on parametric_survival.analysis_id = analysis.analysis_id
    inner join analysis_labels
        on parametric_survival.analysis_id = analysis_labels.analysis_id
    left join analysis_method
        on parametric_survival.analysis_id = analysis_method.analysis_id
    left join level_labels
        on
            analysis_labels.strata_factor = level_labels.factor
            and parametric_survival.stratum = level_labels.level
)

select * from parametric_curves
order by analysis_order, stratum_order, stratum, model, time_months
