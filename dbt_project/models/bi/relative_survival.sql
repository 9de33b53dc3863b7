with relative_survival_rate as (
    select * from {{ source('results', 'relative_survival_rate') }}
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

relative_survival as (
    select
        analysis_labels.analysis_order,
        relative_survival_rate.analysis_id,
        analysis_labels.analysis_label,
        analysis_labels.endpoint,
        analysis_labels.endpoint_label,
        analysis_labels.population_label,
        analysis_labels.strata_label,
        relative_survival_rate.stratum,
        coalesce(level_labels.level_label, 'All') as stratum_label,
        cast(coalesce(level_labels.level_order, 1) as int) as stratum_order,
        relative_survival_rate.time_months,
        cast(relative_survival_rate.n as bigint) as n,
        cast(relative_survival_rate.n_missing as bigint) as n_missing,
        cast(relative_survival_rate.n_event as bigint) as n_event,
        cast(relative_survival_rate.n_risk as bigint) as n_risk,
        100 * relative_survival_rate.observed as observed_percent,
        100 * relative_survival_rate.expected as expected_percent,
        100 * relative_survival_rate.net as net_percent,
        100 * relative_survival_rate.ci_lower as ci_lower_percent,
        100 * relative_survival_rate.ci_upper as ci_upper_percent,
        analysis_method.conf_level,
        relative_survival_rate.caution,
        relative_survival_rate.status
    from relative_survival_rate
    inner join analysis_labels
        on relative_survival_rate.analysis_id = analysis_labels.analysis_id
    left join analysis_method
        on relative_survival_rate.analysis_id = analysis_method.analysis_id
    left join level_labels
        on
            analysis_labels.strata_factor = level_labels.factor
            and relative_survival_rate.stratum = level_labels.level
)

select * from relative_survival
order by analysis_order, stratum_order, stratum, time_months
