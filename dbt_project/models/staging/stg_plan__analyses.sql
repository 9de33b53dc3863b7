with plan_analysis as (
    select * from {{ source('study', 'plan_analysis') }}
),

typed as (
    select
        {{ given('analysis_id') }} as analysis_id,
        {{ given('label') }} as label,
        {{ given('method') }} as method,
        {{ given('paramcd') }} as paramcd,
        {{ given('population') }} as population,
        {{ given('strata_factor') }} as strata_factor,
        cast(time_dependent_strata as boolean) as has_time_dependent_strata,
        cast(landmark_days as double) as landmark_days,
        cast(headline as boolean) as is_headline,
        {{ given('delayed_entry_of') }} as delayed_entry_of,
        {{ given('alternative_to') }} as alternative_to,
        {{ given('candidates_from') }} as candidates_from,
        {{ given('pooled_factor') }} as pooled_factor,
        cast(display_order as int) as display_order
    from plan_analysis
)

select * from typed
