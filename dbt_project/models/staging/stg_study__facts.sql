with study_fact as (
    select * from {{ source('study', 'study_fact') }}
),

typed as (
    select
        {{ given('fact') }} as fact,
        {{ given('label') }} as label,
        {{ given('domain') }} as domain,
        {{ given('date_variable') }} as date_variable,
        {{ given('take') }} as take,
        {{ given('value_category') }} as value_category,
        {{ given('known_by') }} as known_by,
        cast(level as int) as level,
        needs_first_dose,
        {{ given('definition') }} as definition,
        {{ given('defined_at') }} as defined_at
    from study_fact
)

select * from typed
