with current_records as (
    select * from {{ ref('int_current_records') }}
),

end_dates as (
    select * from {{ ref('int_end_dates') }}
),

death_records as (
    select * from {{ ref('int_death_records') }}
),

fact_records as (
    select * from {{ ref('int_fact_records') }}
    where rule is null
),

starts as (
    select
        usubjid,
        domain as srcdom,
        date_variable as srcvar,
        seq as srcseq,
        dtc as value,
        adt as first_day,
        adt_last as last_day,
        src_file,
        src_row
    from current_records
    where adt is not null
),

ends as (
    select
        usubjid,
        domain as srcdom,
        variable as srcvar,
        seq as srcseq,
        value,
        adt as first_day,
        adt as last_day,
        src_file,
        src_row
    from end_dates
    where rule is null
),

-- the other domains of a death date their records themselves
deaths_in_demographics as (
    select
        usubjid,
        srcdom,
        srcvar,
        srcseq,
        value,
        adt as first_day,
        adt_last as last_day,
        src_file,
        src_row
    from death_records
    where rule is null and srcdom = 'DM'
),

known_dates as (
    select
        src_file,
        src_row,
        srcvar
    from ends
    union all
    select
        src_file,
        src_row,
        srcvar
    from deaths_in_demographics
),

-- a declared fact may be dated by another variable of its record
other_dates_of_facts as (
    select distinct
        fact_records.usubjid,
        fact_records.srcdom,
        fact_records.srcvar,
        fact_records.srcseq,
        fact_records.dtc as value,
        fact_records.adt as first_day,
        fact_records.adt_last as last_day,
        fact_records.src_file,
        fact_records.src_row
    from fact_records
    inner join current_records
        on
            fact_records.src_file = current_records.src_file
            and fact_records.src_row = current_records.src_row
    left join known_dates
        on
            fact_records.src_file = known_dates.src_file
            and fact_records.src_row = known_dates.src_row
            and fact_records.srcvar = known_dates.srcvar
    where
        fact_records.srcvar is distinct from current_records.date_variable
        and known_dates.src_row is null
),

ends_in_adam as (
    select
        usubjid,
        'ADTTE' as srcdom,
        'ADT' as srcvar,
        cast(src_row as int) as srcseq,
        adt_given as value,
        adt as first_day,
        adt as last_day,
        src_file,
        src_row
    from {{ ref('int_adam_ends') }}
    where adt is not null
),

dates as (
    select * from starts
    union all
    select * from ends
    union all
    select * from deaths_in_demographics
    union all
    select * from other_dates_of_facts
    union all
    select * from ends_in_adam
)

select
    dates.usubjid,
    dates.srcdom,
    dates.srcvar,
    dates.srcseq,
    dates.value,
    dates.first_day,
    dates.last_day,
    dates.src_file,
    dates.src_row as record,
    {{ line_of('dates') }} as line
from dates
{{ line_joins('dates') }}
