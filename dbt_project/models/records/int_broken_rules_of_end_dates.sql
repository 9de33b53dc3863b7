with end_dates as (
    select * from {{ ref('int_end_dates_given') }}
),

trials as (
    select * from {{ ref('stg_study__trials') }}
),

unreadable_ends as (
    select
        src_file,
        src_row,
        'value' as turns_away,
        'unreadable_date' as rule,
        variable,
        value
    from end_dates
    where adt is null
),

ends_after_cutoff as (
    select
        end_dates.src_file,
        end_dates.src_row,
        'value' as turns_away,
        'after_cutoff' as rule,
        end_dates.variable,
        end_dates.value
    from end_dates
    inner join trials
        on end_dates.src_trial = trials.trial_id
    where end_dates.adt > trials.cutoff
),

ends_before_their_start as (
    select
        src_file,
        src_row,
        'value' as turns_away,
        'end_before_start' as rule,
        variable,
        value
    from end_dates
    where adt_last < adt_start
),

broken_rules as (
    select * from unreadable_ends
    union all
    select * from ends_after_cutoff
    union all
    select * from ends_before_their_start
)

select * from broken_rules
