with states as (
    select * from {{ ref('stg_plan__states') }}
),

state_sums as (
    select * from {{ ref('stg_plan__state_sums') }}
),

labels_of_states as (
    select
        analysis_id,
        state,
        {{ value_at_min('label', 'state_order') }} as state_label,
        min(state_order) as state_order,
        false as is_sum
    from states
    group by analysis_id, state
),

-- sums are shown after the states
labels_of_sums as (
    select
        analysis_id,
        name as state,
        min(label) as state_label,
        1000 + min(sum_order) as state_order,
        true as is_sum
    from state_sums
    group by analysis_id, name
),

state_labels as (
    select * from labels_of_states
    union all
    select * from labels_of_sums
)

select * from state_labels
