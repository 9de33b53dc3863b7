with subject_dates as (
    select * from {{ ref('int_subject_dates') }}
),

treatment_facts as (
    select * from {{ ref('int_treatment_facts') }}
),

response_facts as (
    select * from {{ ref('int_response_facts') }}
),

transplant_facts as (
    select * from {{ ref('int_transplant_facts') }}
),

survival_facts as (
    select * from {{ ref('int_survival_facts') }}
),

all_facts as (
    select * from treatment_facts
    union all
    select * from response_facts
    union all
    select * from transplant_facts
    union all
    select * from survival_facts
),

dated_facts as (
    select all_facts.*
    from all_facts
    inner join subject_dates
        on all_facts.usubjid = subject_dates.usubjid
    where subject_dates.trtsdt is not null
)

select * from dated_facts
