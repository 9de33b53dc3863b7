with study_fact_condition as (
    select * from {{ source('study', 'study_fact_condition') }}
),

typed as (
    select
        {{ given('trial_id') }} as trial_id,
        {{ given('fact') }} as fact,
        {{ given('about') }} as about,
        cast(condition_order as int) as condition_order,
        {{ given('kind') }} as kind,
        {{ given('domain') }} as domain,
        {{ given('name') }} as name,
        {{ given('comparison') }} as comparison,
        is_negated,
        {{ given('value') }} as value,
        value_number
    from study_fact_condition
)

select * from typed
