with built_in_facts as (
    select * from {{ ref('int_built_in_facts') }}
),

declared_facts as (
    select * from {{ ref('int_declared_facts') }}
),

subject_dates as (
    select * from {{ ref('int_subject_dates') }}
),

all_facts as (
    select * from built_in_facts
    union all
    select * from declared_facts
),

dated_facts as (
    select all_facts.*
    from all_facts
    inner join subject_dates
        on all_facts.usubjid = subject_dates.usubjid
)

select * from dated_facts
