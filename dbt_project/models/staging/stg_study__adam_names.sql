with study_adam_name as (
    select * from {{ source('study', 'study_adam_name') }}
),

typed as (
    select
        {{ given('kind') }} as kind,
        {{ given('name') }} as name,
        {{ given('variable') }} as variable,
        {{ given('label') }} as label
    from study_adam_name
)

select * from typed
