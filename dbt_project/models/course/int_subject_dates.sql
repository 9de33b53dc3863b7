with dm as (
    select * from {{ accepted('stg_sdtm__dm') }}
),

trials as (
    select * from {{ ref('stg_study__trials') }}
),

doses as (
    select * from {{ ref('int_doses') }}
),

cycles as (
    select * from {{ ref('int_treatment_cycles') }}
),

transplants as (
    select * from {{ ref('int_transplants') }}
),

deaths as (
    select * from {{ ref('int_deaths') }}
),

contacts as (
    select * from {{ ref('int_last_contacts') }}
),

doses_of_subjects as (
    select
        usubjid,
        min(trtsdt) as trtsdt,
        max(coalesce(adt_end, adt)) as trtedt
    from doses
    group by usubjid
),

cycles_of_subjects as (
    select
        usubjid,
        cast(count(*) as int) as cycles_started,
        max(cycle_end) as last_cycle_end
    from cycles
    group by usubjid
),

first_transplants as (
    select
        usubjid,
        adt
    from transplants
    where is_first_allogeneic
),

last_contacts as (
    select
        usubjid,
        max(adt) as lstalvdt
    from contacts
    group by usubjid
),

subject_dates as (
    select
        dm.usubjid,
        dm.src_trial as trial_id,
        doses_of_subjects.trtsdt,
        doses_of_subjects.trtedt,
        coalesce(cycles_of_subjects.cycles_started, 0) as cycles_started,
        -- treatment is over with its last cycle, and no later than the day before the
        -- transplant, the death or the data cut-off
        case
            when cycles_of_subjects.last_cycle_end is not null
                then least(
                    cycles_of_subjects.last_cycle_end,
                    {{ add_days('first_transplants.adt', -1) }},
                    deaths.dthdt,
                    trials.cutoff
                )
        end as treatment_close_date,
        trials.cutoff as cutoff_date,
        deaths.dthdt,
        deaths.dthdtf,
        -- a contact tells of a death that may have been earlier
        deaths.srcdom = 'SS' as is_death_dated_by_contact,
        last_contacts.lstalvdt
    from dm
    left join trials
        on dm.src_trial = trials.trial_id
    left join doses_of_subjects
        on dm.usubjid = doses_of_subjects.usubjid
    left join cycles_of_subjects
        on dm.usubjid = cycles_of_subjects.usubjid
    left join first_transplants
        on dm.usubjid = first_transplants.usubjid
    left join deaths
        on dm.usubjid = deaths.usubjid
    left join last_contacts
        on dm.usubjid = last_contacts.usubjid
)

select * from subject_dates
