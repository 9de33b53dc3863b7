with dm as (
    select * from {{ ref('stg_sdtm__dm') }}
),

records as (
    select * from {{ ref('int_staged_records') }}
),

statements as (
    select * from {{ ref('int_death_statements') }}
),

death_records as (
    select * from {{ ref('int_death_records') }}
),

trials as (
    select * from {{ ref('stg_study__trials') }}
),

said_dead as (
    select
        src_trial,
        src_file,
        src_row,
        usubjid,
        dthfl
    from dm
    where {{ upper_case('dthfl') }} = 'Y' or dthdtc is not null
),

deaths_dated as (
    select distinct usubjid
    from death_records
    where rule is null
),

death_days as (
    select
        src_trial,
        usubjid,
        dthdt as adt
    from dm
    union all
    select
        records.src_trial,
        records.usubjid,
        records.adt
    from records
    inner join statements
        on
            records.src_file = statements.src_file
            and records.src_row = statements.src_row
),

-- whoever dies later was alive at the cut-off
alive_at_cutoff as (
    select distinct
        death_days.src_trial,
        death_days.usubjid
    from death_days
    inner join trials
        on
            death_days.src_trial = trials.trial_id
            and death_days.adt > trials.cutoff
),

deaths_without_date as (
    select
        said_dead.src_file,
        said_dead.src_row,
        said_dead.usubjid,
        said_dead.dthfl
    from said_dead
    left join deaths_dated
        on said_dead.usubjid = deaths_dated.usubjid
    left join alive_at_cutoff
        on
            said_dead.src_trial = alive_at_cutoff.src_trial
            and said_dead.usubjid = alive_at_cutoff.usubjid
    where deaths_dated.usubjid is null and alive_at_cutoff.usubjid is null
)

select * from deaths_without_date
