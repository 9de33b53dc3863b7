-- DM describes its subject whatever its date of death; the others are that date
with deaths as (
    select * from {{ ref('int_death_dates_given') }}
),

trials as (
    select * from {{ ref('stg_study__trials') }}
),

first_doses as (
    select distinct
        usubjid,
        trtsdt
    from {{ ref('int_dose_records') }}
),

unreadable_deaths as (
    select
        src_file,
        src_row,
        case when srcdom = 'DM' then 'value' else 'record' end as turns_away,
        'unreadable_date' as rule,
        srcvar as variable,
        value
    from deaths
    where adt is null
),

deaths_after_cutoff as (
    select
        deaths.src_file,
        deaths.src_row,
        case when deaths.srcdom = 'DM' then 'value' else 'record' end as turns_away,
        'after_cutoff' as rule,
        deaths.srcvar as variable,
        deaths.value
    from deaths
    inner join trials
        on deaths.src_trial = trials.trial_id
    where deaths.adt > trials.cutoff
),

deaths_before_first_dose as (
    select
        deaths.src_file,
        deaths.src_row,
        case when deaths.srcdom = 'DM' then 'value' else 'record' end as turns_away,
        'death_before_first_dose' as rule,
        deaths.srcvar as variable,
        deaths.value
    from deaths
    inner join first_doses
        on deaths.usubjid = first_doses.usubjid
    where deaths.adt_last < first_doses.trtsdt
),

broken_rules as (
    select * from unreadable_deaths
    union all
    select * from deaths_after_cutoff
    union all
    select * from deaths_before_first_dose
)

select * from broken_rules
