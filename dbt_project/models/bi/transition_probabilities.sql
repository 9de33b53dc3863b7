with transition_probability as (
    select * from {{ source('results', 'transition_probability') }}
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

transition_probabilities as (
    select
        analysis_labels.analysis_order,
        later.analysis_id,
        analysis_labels.analysis_label,
        analysis_labels.endpoint,
        analysis_labels.endpoint_label,
        analysis_labels.population_label,
        analysis_labels.strata_label,
        later.stratum,
        coalesce(level_labels.level_label, 'All') as stratum_label,
        cast(coalesce(level_labels.level_order, 1) as int) as stratum_order,
        later.from_state,
        coalesce(labels_before.state_label, later.from_state) as from_state_label,
        labels_before.state_order as from_state_order,
        later.to_state,
        coalesce(labels_after.state_label, later.to_state) as to_state_label,
        labels_after.state_order as to_state_order,
        later.is_sum,
        later.from_months,
        later.time_months,
        cast(later.n_given as bigint) as n_given,
        100 * later.estimate as probability_percent,
        100 * later.ci_lower as ci_lower_percent,
        100 * later.ci_upper as ci_upper_percent,
        analysis.caution,
        later.status
    from transition_probability as later
    inner join analysis on later.analysis_id = analysis.analysis_id
    inner join analysis_labels on later.analysis_id = analysis_labels.analysis_id
    left join level_labels
        on
            analysis_labels.strata_factor = level_labels.factor
            and later.stratum = level_labels.level
    left join state_labels as labels_before
        on
            later.analysis_id = labels_before.analysis_id
            and later.from_state = labels_before.state
    left join state_labels as labels_after
        on
            later.analysis_id = labels_after.analysis_id
            and later.to_state = labels_after.state
)

select * from transition_probabilities
order by
    analysis_order, stratum_order, stratum, from_months, from_state_order, time_months,
    to_state_order
