with state_transition as (
    select * from {{ source('results', 'state_transition') }}
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

state_transitions as (
    select
        analysis_labels.analysis_order,
        moves.analysis_id,
        analysis_labels.analysis_label,
        analysis_labels.endpoint,
        analysis_labels.endpoint_label,
        analysis_labels.population_label,
        analysis_labels.strata_label,
        moves.stratum,
        coalesce(level_labels.level_label, 'All') as stratum_label,
        cast(coalesce(level_labels.level_order, 1) as int) as stratum_order,
        moves.from_state,
        coalesce(labels_before.state_label, moves.from_state) as from_state_label,
        labels_before.state_order as from_state_order,
        moves.to_state,
        coalesce(labels_after.state_label, moves.to_state) as to_state_label,
        labels_after.state_order as to_state_order,
        cast(moves.n as bigint) as n,
        cast(moves.n_moved as bigint) as n_moved,
        moves.months_in_state,
        analysis.caution,
        moves.status
    from state_transition as moves
    inner join analysis on moves.analysis_id = analysis.analysis_id
    inner join analysis_labels on moves.analysis_id = analysis_labels.analysis_id
    left join level_labels
        on
            analysis_labels.strata_factor = level_labels.factor
            and moves.stratum = level_labels.level
    left join state_labels as labels_before
        on
            moves.analysis_id = labels_before.analysis_id
            and moves.from_state = labels_before.state
    left join state_labels as labels_after
        on
            moves.analysis_id = labels_after.analysis_id
            and moves.to_state = labels_after.state
)

select * from state_transitions
order by analysis_order, stratum_order, stratum, from_state_order, to_state_order
