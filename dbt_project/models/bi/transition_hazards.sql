with transition_hazard_curve as (
    select * from {{ source('results', 'transition_hazard_curve') }}
),

transition_hazard as (
    select * from {{ source('results', 'transition_hazard') }}
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
        from_state,
        to_state,
        'day' as point,
        time_months,
        cast(null as bigint) as n,
        n_risk,
        n_moved,
        estimate,
        ci_lower,
        ci_upper,
        status
    from transition_hazard_curve
    union all
    select
        analysis_id,
        stratum,
        from_state,
        to_state,
        'landmark' as point,
        time_months,
        n,
        n_risk,
        n_moved,
        estimate,
        ci_lower,
        ci_upper,
        status
    from transition_hazard
),

transition_hazards as (
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
        points.from_state,
        coalesce(labels_before.state_label, points.from_state) as from_state_label,
        labels_before.state_order as from_state_order,
        points.to_state,
        coalesce(labels_after.state_label, points.to_state) as to_state_label,
        labels_after.state_order as to_state_order,
        points.point,
        points.time_months,
        cast(points.n as bigint) as n,
        cast(points.n_risk as bigint) as n_risk,
        cast(points.n_moved as bigint) as n_moved,
        points.estimate as cumulative_hazard,
        points.ci_lower,
        points.ci_upper,
        analysis.caution,
        points.status
    from points_of_curves as points
    inner join analysis on points.analysis_id = analysis.analysis_id
    inner join analysis_labels on points.analysis_id = analysis_labels.analysis_id
    left join level_labels
        on
            analysis_labels.strata_factor = level_labels.factor
            and points.stratum = level_labels.level
    left join state_labels as labels_before
        on
            points.analysis_id = labels_before.analysis_id
            and points.from_state = labels_before.state
    left join state_labels as labels_after
        on
            points.analysis_id = labels_after.analysis_id
            and points.to_state = labels_after.state
)

select * from transition_hazards
order by
    analysis_order,
    stratum_order,
    stratum,
    from_state_order,
    to_state_order,
    point,
    time_months
