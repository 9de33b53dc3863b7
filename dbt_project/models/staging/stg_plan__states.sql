with plan_state as (
    select * from {{ source('study', 'plan_state') }}
),

typed as (
    select
        {{ given('analysis_id') }} as analysis_id,
        cast(state_order as int) as state_order,
        {{ given('state') }} as state,
        {{ given('label') }} as label,
        {{ given('fact') }} as fact,
        {{ given('ends') }} as ends
    from plan_state
)

select * from typed
