with study_endpoint as (
    select * from {{ source('study', 'study_endpoint') }}
),

typed as (
    select
        {{ given('paramcd') }} as paramcd,
        {{ given('param') }} as param,
        {{ given('population') }} as population,
        {{ given('origin_fact') }} as origin_fact,
        {{ given('assessments') }} as assessments,
        cast(longest_gap_days as int) as longest_gap_days,
        cast(display_order as int) as display_order
    from study_endpoint
)

select * from typed
