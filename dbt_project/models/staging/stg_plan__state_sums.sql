with plan_state_sum as (
    select * from {{ source('study', 'plan_state_sum') }}
),

typed as (
    select
        {{ given('analysis_id') }} as analysis_id,
        cast(sum_order as int) as sum_order,
        {{ given('name') }} as name,
        {{ given('label') }} as label,
        {{ given('state') }} as state
    from plan_state_sum
)

select * from typed
