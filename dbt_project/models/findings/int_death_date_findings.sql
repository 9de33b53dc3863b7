with death_records as (
    select * from {{ ref('int_death_records') }}
    where rule is null
),

deaths as (
    select * from {{ ref('int_deaths') }}
),

-- the statement that dates the death, with the days it can mean
statements_used as (
    select
        death_records.usubjid,
        death_records.srcvar,
        death_records.value,
        death_records.adt,
        death_records.adt_last
    from deaths
    inner join death_records
        on
            deaths.usubjid = death_records.usubjid
            and deaths.srcdom = death_records.srcdom
            and coalesce(deaths.srcseq, 0) = coalesce(death_records.srcseq, 0)
),

-- details are collected, and contacts made, after the death
death_date_findings as (
    select distinct
        death_records.src_trial,
        death_records.src_file,
        death_records.src_row,
        death_records.usubjid,
        death_records.srcvar as variable,
        'death_date_differs' as rule,
        death_records.value
        || ' | '
        || statements_used.value
        || ' in '
        || statements_used.srcvar as value
    from death_records
    inner join statements_used
        on death_records.usubjid = statements_used.usubjid
    where
        death_records.srcdom in ('DM', 'DS')
        and (
            death_records.adt_last < statements_used.adt
            or death_records.adt > statements_used.adt_last
        )
)

select * from death_date_findings
