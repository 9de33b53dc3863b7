with restricted_mean_time_lost as (
    select * from {{ source('results', 'restricted_mean_time_lost') }}
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

event_labels as (
    select * from {{ ref('int_event_labels') }}
),

times_lost as (
    select
        analysis_labels.analysis_order,
        lost.analysis_id,
        analysis_labels.analysis_label,
        analysis_labels.endpoint,
        analysis_labels.endpoint_label,
        analysis_labels.population_label,
        analysis_labels.strata_label,
        lost.stratum,
        coalesce(level_labels.level_label, 'All') as stratum_label,
        cast(coalesce(level_labels.level_order, 1) as int) as stratum_order,
        lost.event,
        coalesce(event_labels.event_label, lost.event) as event_label,
        lost.horizon_months,
        cast(lost.n as bigint) as n,
        cast(lost.n_event as bigint) as n_event,
        lost.time_lost_months,
        lost.ci_lower as ci_lower_months,
        lost.ci_upper as ci_upper_months,
        lost.conditional_from_months,
        analysis_method.conf_level,
        analysis.caution,
        lost.status
    from restricted_mean_time_lost as lost
    inner join analysis on lost.analysis_id = analysis.analysis_id
    inner join analysis_labels
        on lost.analysis_id = analysis_labels.analysis_id
    left join analysis_method
        on lost.analysis_id = analysis_method.analysis_id
    left join level_labels
        on
            analysis_labels.strata_factor = level_labels.factor
            and lost.stratum = level_labels.level
    left join event_labels
        on
            analysis_labels.endpoint = event_labels.paramcd
            and lost.event = event_labels.role
)

select * from times_lost
order by analysis_order, stratum_order, stratum, event, horizon_months
