with trials as (
    select * from {{ ref('stg_study__trials') }}
),

-- a history whose date nobody can read is still history
unreadable_dates as (
    select
        src_file,
        src_row,
        case when is_date_needed then 'record' else 'value' end as turns_away,
        'unreadable_date' as rule,
        date_variable as variable,
        dtc as value
    from {{ ref('int_staged_records') }}
    where dtc is not null and adt is null
),

missing_dates as (
    select
        src_file,
        src_row,
        'record' as turns_away,
        'missing_date' as rule,
        date_variable as variable,
        cast(null as string) as value
    from {{ ref('int_staged_records') }}
    where is_date_needed and not is_not_done and dtc is null
),

-- a history that old is still history, and no time starts with it
implausible_dates as (
    select
        records.src_file,
        records.src_row,
        'record' as turns_away,
        'implausible_date' as rule,
        records.date_variable as variable,
        records.dtc as value
    from {{ ref('int_staged_records') }} as records
    inner join trials
        on records.src_trial = trials.trial_id
    where
        records.is_date_needed
        and {{ is_implausible('records.adt', 'trials.cutoff') }}
),

dates_after_cutoff as (
    select
        records.src_file,
        records.src_row,
        'record' as turns_away,
        'after_cutoff' as rule,
        records.date_variable as variable,
        records.dtc as value
    from {{ ref('int_staged_records') }} as records
    inner join trials
        on records.src_trial = trials.trial_id
    where records.adt > trials.cutoff
),

broken_rules as (
    select * from unreadable_dates
    union all
    select * from missing_dates
    union all
    select * from implausible_dates
    union all
    select * from dates_after_cutoff
)

select * from broken_rules
