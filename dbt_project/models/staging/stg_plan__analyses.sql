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
        cast(display_order as int) as display_order
    from plan_analysis
)

select * from typed
