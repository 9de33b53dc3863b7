with subject_dates as (
    select * from {{ ref('int_subject_dates') }}
),

adsl as (
    select * from {{ accepted('stg_adam__adsl') }}
),

subjects as (
    select
        usubjid,
        trial_id
    from subject_dates
    union all
    select
        usubjid,
        src_trial as trial_id
    from adsl
)

select * from subjects
