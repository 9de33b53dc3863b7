with external_curve as (
    select * from {{ source('results', 'external_curve') }}
),

external_rate as (
    select * from {{ source('results', 'external_rate') }}
),

external_summary as (
    select * from {{ source('results', 'external_summary') }}
),

analysis as (
    select * from {{ source('results', 'analysis') }}
),

analysis_labels as (
    select * from {{ ref('int_analysis_labels') }}
),

points_of_curves as (
    select
        analysis_id,
        stratum,
        'day' as point,
        time_months,
        n_risk,
        n_event,
        n_censored,
        estimate,
        ci_lower,
        ci_upper,
        status
    from external_curve
    union all
    select
        analysis_id,
        stratum,
        'landmark' as point,
        time_months,
        n_risk,
        null as n_event,
        null as n_censored,
        estimate,
        ci_lower,
        ci_upper,
        status
    from external_rate
),

external_curves as (
    select
        analysis_labels.analysis_order,
        points.analysis_id,
        analysis_labels.analysis_label,
        analysis_labels.endpoint,
        analysis_labels.endpoint_label,
        analysis_labels.population_label,
        points.stratum,
        external_summary.label as stratum_label,
        case points.stratum when 'study' then 1 when 'weighted' then 2 else 3 end
            as stratum_order,
        points.point,
        points.time_months,
        cast(points.n_risk as bigint) as n_risk,
        cast(points.n_event as bigint) as n_event,
        cast(points.n_censored as bigint) as n_censored,
        100 * points.estimate as event_free_percent,
        100 * points.ci_lower as ci_lower_percent,
        100 * points.ci_upper as ci_upper_percent,
        analysis.caution,
        points.status
    from points_of_curves as points
    inner join analysis on points.analysis_id = analysis.analysis_id
    inner join analysis_labels on points.analysis_id = analysis_labels.analysis_id
    inner join external_summary
        on
            points.analysis_id = external_summary.analysis_id
            and points.stratum = external_summary.stratum
)

select * from external_curves
order by analysis_order, stratum_order, point, time_months
