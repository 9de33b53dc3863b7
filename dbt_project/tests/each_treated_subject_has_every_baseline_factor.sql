-- One row per treated subject and baseline factor, known or not.
with subject_dates as (
    select * from {{ ref('int_subject_dates') }}
),

factors as (
    select * from {{ ref('stg_study__factors') }}
),

subject_factors as (
    select * from {{ ref('subject_factors') }}
)

select
    subject_dates.usubjid,
    factors.factor
from subject_dates
cross join factors
left join subject_factors
    on
        subject_dates.usubjid = subject_factors.usubjid
        and factors.factor = subject_factors.factor
where
    subject_dates.trtsdt is not null
    and factors.timing = 'baseline'
    and subject_factors.usubjid is null
