with states as (
    select * from {{ ref('stg_plan__states') }}
),

state_labels as (
    select
        analysis_id,
        state,
        {{ value_at_min('label', 'state_order') }} as state_label,
        min(state_order) as state_order
    from states
    group by analysis_id, state
)

select * from state_labels
