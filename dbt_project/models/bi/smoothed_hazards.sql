with smoothed_hazard as (
    select * from {{ source('results', 'smoothed_hazard') }}
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

smoothed_hazards as (
    select
        analysis_labels.analysis_order,
        smoothed_hazard.analysis_id,
        analysis_labels.analysis_label,
        analysis_labels.endpoint,
        analysis_labels.endpoint_label,
        analysis_labels.population_label,
        analysis_labels.strata_label,
        smoothed_hazard.stratum,
        coalesce(level_labels.level_label, 'All') as stratum_label,
        cast(coalesce(level_labels.level_order, 1) as int) as stratum_order,
        smoothed_hazard.time_months,
        smoothed_hazard.bandwidth_months,
        cast(smoothed_hazard.n as bigint) as n,
        cast(smoothed_hazard.n_event as bigint) as n_event,
        cast(smoothed_hazard.n_risk as bigint) as n_risk,
        smoothed_hazard.hazard,
        smoothed_hazard.ci_lower,
        smoothed_hazard.ci_upper,
        smoothed_hazard.conditional_from_months,
        analysis_method.conf_level,
        analysis.caution,
        smoothed_hazard.status
    from smoothed_hazard
    inner join analysis on smoothed_hazard.analysis_id = analysis.analysis_id
    inner join analysis_labels
        on smoothed_hazard.analysis_id = analysis_labels.analysis_id
    left join analysis_method
        on smoothed_hazard.analysis_id = analysis_method.analysis_id
    left join level_labels
        on
            analysis_labels.strata_factor = level_labels.factor
            and smoothed_hazard.stratum = level_labels.level
)

select * from smoothed_hazards
order by analysis_order, stratum_order, stratum, time_months
