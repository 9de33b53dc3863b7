with plan_analysis_entry as (
    select * from {{ source('study', 'plan_analysis_entry') }}
),

typed as (
    select
        {{ given('analysis_id') }} as analysis_id,
        {{ given('fact') }} as fact,
        cast(by_landmark as boolean) as is_due_by_landmark
    from plan_analysis_entry
)

select * from typed
