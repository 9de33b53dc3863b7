with plateau as (
    select * from {{ source('results', 'plateau') }}
),

cure_fraction as (
    select * from {{ source('results', 'cure_fraction') }}
),

analysis_labels as (
    select * from {{ ref('int_analysis_labels') }}
),

level_labels as (
    select * from {{ ref('int_level_labels') }}
),

plateau_with_cure as (
    select
        analysis_labels.analysis_order,
        plateau.analysis_id,
        analysis_labels.analysis_label,
        analysis_labels.endpoint,
        analysis_labels.endpoint_label,
        analysis_labels.population_label,
        analysis_labels.strata_label,
        plateau.stratum,
        coalesce(level_labels.level_label, 'All') as stratum_label,
        cast(coalesce(level_labels.level_order, 1) as int) as stratum_order,
        plateau.from_months,
        plateau.to_months,
        cast(plateau.n as bigint) as n,
        cast(plateau.n_event as bigint) as n_event,
        100 * plateau.estimate_from as event_free_from_percent,
        100 * plateau.estimate_to as event_free_to_percent,
        100 * plateau.change as change_points,
        cast(plateau.n_risk_from as bigint) as n_risk_from,
        cast(plateau.n_risk_to as bigint) as n_risk_to,
        cast(plateau.n_event_between as bigint) as n_event_between,
        plateau.conditional_from_months,
        cure_fraction.model as cure_model,
        100 * cure_fraction.estimate as cured_percent,
        100 * cure_fraction.ci_lower as cured_ci_lower_percent,
        100 * cure_fraction.ci_upper as cured_ci_upper_percent,
        cure_fraction.status as cure_status,
        plateau.caution,
        plateau.status
    from plateau
    inner join analysis_labels on plateau.analysis_id = analysis_labels.analysis_id
    left join cure_fraction
        on
            plateau.analysis_id = cure_fraction.analysis_id
            and plateau.stratum = cure_fraction.stratum
    left join level_labels
        on
            analysis_labels.strata_factor = level_labels.factor
            and plateau.stratum = level_labels.level
)

select * from plateau_with_cure
order by analysis_order, stratum_order, stratum
