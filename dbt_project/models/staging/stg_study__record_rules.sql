with study_record_rule as (
    select * from {{ source('study', 'study_record_rule') }}
),

typed as (
    select
        {{ given('rule') }} as rule,
        cast(rule_order as int) as rule_order,
        {{ given('asks') }} as asks,
        {{ given('to_do') }} as to_do,
        {{ given('policy') }} as policy,
        cast(is_routine as boolean) as is_routine
    from study_record_rule
)

select * from typed
