with relative_survival_curve as (
    select * from {{ source('results', 'relative_survival_curve') }}
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

relative_survival_curves as (
    select
        analysis_labels.analysis_order,
        relative_survival_curve.analysis_id,
        analysis_labels.analysis_label,
        analysis_labels.endpoint,
        analysis_labels.endpoint_label,
        analysis_labels.population_label,
        analysis_labels.strata_label,
        relative_survival_curve.stratum,
        coalesce(level_labels.level_label, 'All') as stratum_label,
        cast(coalesce(level_labels.level_order, 1) as int) as stratum_order,
        relative_survival_curve.time_months,
        cast(relative_survival_curve.n_risk as bigint) as n_risk,
        100 * relative_survival_curve.observed as observed_percent,
        100 * relative_survival_curve.expected as expected_percent,
        100 * relative_survival_curve.net as net_percent,
        100 * relative_survival_curve.ci_lower as ci_lower_percent,
        100 * relative_survival_curve.ci_upper as ci_upper_percent,
        analysis_method.conf_level
    from relative_survival_curve
    inner join analysis_labels
        on relative_survival_curve.analysis_id = analysis_labels.analysis_id
    left join analysis_method
        on relative_survival_curve.analysis_id = analysis_method.analysis_id
    left join level_labels
        on
            analysis_labels.strata_factor = level_labels.factor
            and relative_survival_curve.stratum = level_labels.level
)

select * from relative_survival_curves
order by analysis_order, stratum_order, stratum, time_months
