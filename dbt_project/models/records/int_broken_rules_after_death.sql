with deaths as (
    select * from {{ ref('int_deaths') }}
),

statements as (
    select * from {{ ref('int_death_statements') }}
),

end_dates as (
    select * from {{ ref('int_end_dates') }}
),

-- a death may be told later than it happened, nothing else may follow it
records_after_death as (
    select
        records.src_file,
        records.src_row,
        'record' as turns_away,
        'after_death' as rule,
        records.date_variable as variable,
        records.dtc as value
    from {{ ref('int_staged_records') }} as records
    inner join deaths
        on records.usubjid = deaths.usubjid
    anti join statements
        on
            records.src_file = statements.src_file
            and records.src_row = statements.src_row
    where records.adt > deaths.dthdt
),

ends_after_death as (
    select
        end_dates.src_file,
        end_dates.src_row,
        'value' as turns_away,
        'after_death' as rule,
        end_dates.variable,
        end_dates.value
    from end_dates
    inner join deaths
        on end_dates.usubjid = deaths.usubjid
    where end_dates.adt > deaths.dthdt
),

broken_rules as (
    select * from records_after_death
    union all
    select * from ends_after_death
)

select * from broken_rules
