with cumulative_incidence_curve as (
    select * from {{ source('results', 'cumulative_incidence_curve') }}
),

cumulative_incidence_rate as (
    select * from {{ source('results', 'cumulative_incidence_rate') }}
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

event_labels as (
    select * from {{ ref('int_event_labels') }}
),

points_of_curves as (
    select
        analysis_id,
        stratum,
        event,
        'day' as point,
        time_months,
        cast(null as bigint) as n,
        cast(null as bigint) as n_event,
        n_risk,
        estimate,
        ci_lower,
        ci_upper,
        conditional_from_months,
        status
    from cumulative_incidence_curve
    union all
    select
        analysis_id,
        stratum,
        event,
        'landmark' as point,
        time_months,
        n,
        n_event,
        n_risk,
        estimate,
        ci_lower,
        ci_upper,
        conditional_from_months,
        status
    from cumulative_incidence_rate
),

relapse_incidence as (
    select
        analysis_labels.analysis_order,
        points.analysis_id,
        analysis_labels.analysis_label,
        analysis_labels.endpoint,
        analysis_labels.endpoint_label,
        analysis_labels.population_label,
        analysis_labels.strata_label,
        points.stratum,
        coalesce(level_labels.level_label, 'All') as stratum_label,
        cast(coalesce(level_labels.level_order, 1) as int) as stratum_order,
        points.event,
        coalesce(event_labels.event_label, points.event) as event_label,
        points.point,
        points.time_months,
        cast(points.n as bigint) as n,
        cast(points.n_event as bigint) as n_event,
        cast(points.n_risk as bigint) as n_risk,
        100 * points.estimate as incidence_percent,
        100 * points.ci_lower as ci_lower_percent,
        100 * points.ci_upper as ci_upper_percent,
        points.conditional_from_months,
        analysis.caution,
        points.status
    from points_of_curves as points
    inner join analysis on points.analysis_id = analysis.analysis_id
    inner join analysis_labels on points.analysis_id = analysis_labels.analysis_id
    left join level_labels
        on
            analysis_labels.strata_factor = level_labels.factor
            and points.stratum = level_labels.level
    left join event_labels
        on
            analysis_labels.endpoint = event_labels.paramcd
            and points.event = event_labels.role
)

select * from relapse_incidence
order by analysis_order, stratum_order, stratum, event, point, time_months
