with study_time_unit as (
    select * from {{ source('study', 'study_time_unit') }}
),

typed as (
    select
        {{ given('wording') }} as wording,
        {{ given('unit') }} as unit,
        cast(days as double) as days,
        cast(slack_days as double) as slack_days,
        cast(slack_share as double) as slack_share
    from study_time_unit
)

select * from typed
