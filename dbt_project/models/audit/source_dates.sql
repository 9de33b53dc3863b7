with current_records as (
    select * from {{ ref('int_current_records') }}
),

end_dates as (
    select * from {{ ref('int_end_dates') }}
),

death_records as (
    select * from {{ ref('int_death_records') }}
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

dates as (
    select * from starts
    union all
    select * from ends
    union all
    select * from deaths_in_demographics
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
