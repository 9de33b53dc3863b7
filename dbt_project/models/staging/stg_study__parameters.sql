with study_parameter as (
    select * from {{ source('study', 'study_parameter') }}
),

typed as (
    select
        {{ given('name') }} as name,
        {{ given('value') }} as value
    from study_parameter
)

select * from typed
