with study_factor_level as (
    select * from {{ source('study', 'study_factor_level') }}
),

typed as (
    select
        {{ given('factor') }} as factor,
        {{ given('level') }} as level,
        {{ given('label') }} as label,
        cast(display_order as int) as display_order,
        {{ wording('wording') }} as wording,
        cast(lower as double) as lower,
        cast(lower_inclusive as boolean) as lower_inclusive,
        cast(upper as double) as upper,
        cast(upper_inclusive as boolean) as upper_inclusive
    from study_factor_level
)

select * from typed
