with study_trial as (
    select * from {{ source('study', 'study_trial') }}
),

typed as (
    select
        {{ given('trial_id') }} as trial_id,
        {{ given('label') }} as label,
        {{ given('kind') }} as kind,
        cast(cutoff as date) as cutoff,
        {{ given('time_unit') }} as time_unit,
        cast(display_order as int) as display_order
    from study_trial
)

select * from typed
