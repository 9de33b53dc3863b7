with state_occupancy as (
    select * from {{ source('results', 'state_occupancy') }}
),

state_probability as (
    select * from {{ source('results', 'state_probability') }}
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

state_labels as (
    select * from {{ ref('int_state_labels') }}
),

points_of_curves as (
    select
        analysis_id,
        stratum,
        state,
        is_sum,
        'day' as point,
        time_months,
        cast(null as bigint) as n,
        n_risk,
        estimate,
        ci_lower,
        ci_upper,
        status
    from state_occupancy
    union all
    select
        analysis_id,
        stratum,
        state,
        is_sum,
        'landmark' as point,
        time_months,
        n,
        n_risk,
        estimate,
        ci_lower,
        ci_upper,
        status
    from state_probability
),

state_probabilities as (
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
        points.state,
        coalesce(state_labels.state_label, points.state) as state_label,
        state_labels.state_order,
        points.is_sum,
        points.point,
        points.time_months,
        cast(points.n as bigint) as n,
        cast(points.n_risk as bigint) as n_risk,
        100 * points.estimate as probability_percent,
        100 * points.ci_lower as ci_lower_percent,
        100 * points.ci_upper as ci_upper_percent,
        analysis.caution,
        points.status
    from points_of_curves as points
    inner join analysis on points.analysis_id = analysis.analysis_id
    inner join analysis_labels on points.analysis_id = analysis_labels.analysis_id
    left join level_labels
        on
            analysis_labels.strata_factor = level_labels.factor
            and points.stratum = level_labels.level
    left join state_labels
        on
            points.analysis_id = state_labels.analysis_id
            and points.state = state_labels.state
)

select * from state_probabilities
order by analysis_order, stratum_order, stratum, state_order, point, time_months
