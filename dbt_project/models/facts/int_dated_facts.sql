with built_in_facts as (
    select * from {{ ref('int_built_in_facts') }}
),

late_facts as (
    select * from {{ ref('int_late_facts') }}
),

-- what the study takes for settled by a day does not happen after it
declared_facts as (
    select declared.*
    from {{ ref('int_declared_facts') }} as declared
    anti join late_facts
        on
            declared.usubjid = late_facts.usubjid
            and declared.fact = late_facts.fact
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
