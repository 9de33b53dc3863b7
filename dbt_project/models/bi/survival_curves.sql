with survival_curve as (
    select * from {{ source('results', 'survival_curve') }}
),

analysis as (
    select * from {{ source('results', 'analysis') }}
),

analysis_labels as (
    select * from {{ ref('int_analysis_labels') }}
),

level_labels as (
    select * from {{ ref('int_level_labels') }}
),

survival_curves as (
    select
        analysis_labels.analysis_order,
        survival_curve.analysis_id,
        analysis_labels.analysis_label,
        analysis_labels.endpoint,
        analysis_labels.endpoint_label,
        analysis_labels.population_label,
        analysis_labels.strata_label,
        survival_curve.stratum,
        coalesce(level_labels.level_label, 'All') as stratum_label,
        cast(coalesce(level_labels.level_order, 1) as int) as stratum_order,
        survival_curve.time_days,
        survival_curve.time_months,
        cast(survival_curve.n_risk as bigint) as n_risk,
        cast(survival_curve.n_event as bigint) as n_event,
        cast(survival_curve.n_censored as bigint) as n_censored,
        100 * survival_curve.estimate as survival_percent,
        100 * survival_curve.ci_lower as ci_lower_percent,
        100 * survival_curve.ci_upper as ci_upper_percent,
        survival_curve.conditional_from_months,
        analysis.caution,
        survival_curve.status
    from survival_curve
    inner join analysis on survival_curve.analysis_id = analysis.analysis_id
    inner join analysis_labels
        on survival_curve.analysis_id = analysis_labels.analysis_id
    left join level_labels
        on
            analysis_labels.strata_factor = level_labels.factor
            and survival_curve.stratum = level_labels.level
)

select * from survival_curves
order by analysis_order, stratum_order, stratum, time_days
