with study_population as (
    select * from {{ source('study', 'study_population') }}
),

typed as (
    select
        {{ given('population') }} as population,
        {{ given('label') }} as label,
        cast(display_order as int) as display_order
    from study_population
)

select * from typed
