with study as (
    select * from {{ source('study', 'study') }}
),

typed as (
    select
        {{ given('study_id') }} as study_id,
        {{ given('title') }} as title,
        cast(synthetic as boolean) as synthetic,
        {{ given('synthetic_note') }} as synthetic_note,
        {{ given('analysis_set') }} as analysis_set,
        {{ given('number_style') }} as number_style
    from study
)

select * from typed
