with study_population_condition as (
    select * from {{ source('study', 'study_population_condition') }}
),

typed as (
    select
        {{ given('population') }} as population,
        cast(condition_order as int) as condition_order,
        {{ given('kind') }} as kind,
        {{ given('name') }} as name,
        {{ given('operator') }} as operator,
        {{ given('value') }} as value,
        {{ number('value') }} as value_number,
        {{ given('reason') }} as reason
    from study_population_condition
)

select * from typed
