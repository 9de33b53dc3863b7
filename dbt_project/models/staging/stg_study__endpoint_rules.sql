with study_endpoint_rule as (
    select * from {{ source('study', 'study_endpoint_rule') }}
),

typed as (
    select
        {{ given('paramcd') }} as paramcd,
        {{ given('rule_id') }} as rule_id,
        {{ given('role') }} as role,
        {{ given('fact') }} as fact,
        cast(priority as int) as priority,
        {{ given('description') }} as description,
        cast(days_after as int) as days_after
    from study_endpoint_rule
)

select * from typed
