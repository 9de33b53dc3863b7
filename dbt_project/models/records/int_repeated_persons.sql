with same_persons as (
    select * from {{ ref('stg_study__same_persons') }}
),

trials as (
    select * from {{ ref('stg_study__trials') }}
),

enrolments as (
    select distinct
        src_trial,
        usubjid
    from {{ ref('int_staged_records') }}
    where domain in ('DM', 'ADSL') and usubjid is not null and studyid = src_trial
),

enrolments_of_persons as (
    select
        enrolments.src_trial,
        enrolments.usubjid,
        coalesce('person ' || same_persons.person, 'subject ' || enrolments.usubjid)
            as person
    from enrolments
    left join same_persons
        on enrolments.usubjid = same_persons.usubjid
),

persons_with_several as (
    select person
    from enrolments_of_persons
    group by person
    having count(*) > 1
),

enrolments_of_several as (
    select enrolments_of_persons.*
    from enrolments_of_persons
    inner join persons_with_several
        on enrolments_of_persons.person = persons_with_several.person
),

records_left_out as (
    select * from {{ ref('int_records_left_out') }}
    where about = 'category' and counted_as = 'dose'
),

first_doses as (
    select
        enrolments_of_several.src_trial,
        enrolments_of_several.usubjid,
        min(records.adt) as first_dose
    from enrolments_of_several
    inner join {{ ref('int_staged_records') }} as records
        on
            enrolments_of_several.src_trial = records.src_trial
            and enrolments_of_several.usubjid = records.usubjid
    left join records_left_out
        on
            records.src_file = records_left_out.src_file
            and records.src_row = records_left_out.src_row
    where records.domain = 'EX' and records_left_out.src_row is null
    group by enrolments_of_several.src_trial, enrolments_of_several.usubjid
),

-- the trial of the earliest dose, then the one named first
enrolments_in_order as (
    select
        enrolments_of_several.person,
        enrolments_of_several.src_trial,
        enrolments_of_several.usubjid,
        first_doses.first_dose,
        row_number() over (
            partition by enrolments_of_several.person
            order by
                first_doses.first_dose asc nulls last,
                trials.display_order asc,
                enrolments_of_several.usubjid asc
        ) = 1 as is_kept
    from enrolments_of_several
    left join first_doses
        on
            enrolments_of_several.src_trial = first_doses.src_trial
            and enrolments_of_several.usubjid = first_doses.usubjid
    left join trials
        on enrolments_of_several.src_trial = trials.trial_id
),

repeated_persons as (
    select
        enrolments.person,
        enrolments.src_trial,
        enrolments.usubjid,
        enrolments.first_dose,
        enrolments.is_kept,
        kept.src_trial as kept_trial,
        kept.usubjid as kept_usubjid
    from enrolments_in_order as enrolments
    inner join enrolments_in_order as kept
        on enrolments.person = kept.person and kept.is_kept
)

select * from repeated_persons
