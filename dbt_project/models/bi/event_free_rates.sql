with survival_rate as (
    select * from {{ source('results', 'survival_rate') }}
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

event_free_rates as (
    select
        analysis_labels.analysis_order,
        survival_rate.analysis_id,
        analysis_labels.analysis_label,
        analysis_labels.endpoint,
        analysis_labels.endpoint_label,
        analysis_labels.population_label,
        analysis_labels.strata_label,
        survival_rate.stratum,
        coalesce(level_labels.level_label, 'All') as stratum_label,
        cast(coalesce(level_labels.level_order, 1) as int) as stratum_order,
        survival_rate.time_months,
        cast(survival_rate.n as bigint) as n,
        cast(survival_rate.n_event as bigint) as n_event,
        cast(survival_rate.n_risk as bigint) as n_risk,
        100 * survival_rate.estimate as event_free_percent,
        100 * survival_rate.ci_lower as ci_lower_percent,
        100 * survival_rate.ci_upper as ci_upper_percent,
        survival_rate.conditional_from_months,
        analysis_method.conf_level,
        analysis_method.ci_transform,
        analysis.caution,
        survival_rate.status
    from survival_rate
    inner join analysis on survival_rate.analysis_id = analysis.analysis_id
    inner join analysis_labels
        on survival_rate.analysis_id = analysis_labels.analysis_id
    left join analysis_method on survival_rate.analysis_id = analysis_method.analysis_id
    left join level_labels
        on
            analysis_labels.strata_factor = level_labels.factor
            and survival_rate.stratum = level_labels.level
)

select * from event_free_rates
order by analysis_order, stratum_order, stratum, time_months
