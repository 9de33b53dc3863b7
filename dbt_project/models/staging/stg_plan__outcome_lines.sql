with plan_outcome_line as (
    select * from {{ source('study', 'plan_outcome_line') }}
),

typed as (
    select
        {{ given('analysis_id') }} as analysis_id,
        {{ given('outcome') }} as outcome,
        {{ given('level') }} as level,
        {{ given('population') }} as population,
        {{ given('denominator') }} as denominator
    from plan_outcome_line
)

select * from typed
