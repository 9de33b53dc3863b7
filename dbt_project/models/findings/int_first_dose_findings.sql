with dm as (
    select * from {{ accepted('stg_sdtm__dm') }}
),

ex as (
    select * from {{ accepted('stg_sdtm__ex') }}
),

dose_records as (
    select * from {{ ref('int_dose_records') }}
),

subject_dates as (
    select * from {{ ref('int_subject_dates') }}
),

conditions as (
    select * from {{ ref('stg_study__fact_conditions') }}
    where about = 'category' and fact = 'dose' and name = 'EXTRT'
),

doses as (
    select
        ex.src_trial,
        ex.src_file,
        ex.src_row,
        ex.usubjid,
        ex.extrt,
        {{ wording('ex.extrt') }} as treatment,
        dose_records.adt,
        dose_records.adtf,
        dose_records.trtsdt
    from ex
    inner join dose_records
        on
            ex.src_file = dose_records.src_file
            and ex.src_row = dose_records.src_row
),

dated_first_doses as (
    select distinct usubjid
    from doses
    where adt = trtsdt and adtf is null
),

first_doses_by_treatment as (
    select
        usubjid,
        treatment,
        min(adt) as adt
    from doses
    group by
        usubjid,
        treatment
),

subjects_with_several_treatments as (
    select usubjid
    from first_doses_by_treatment
    group by usubjid
    having min(adt) < max(adt)
),

first_doses as (
    select *
    from doses
    where adt = trtsdt
    qualify
        row_number() over (partition by usubjid order by src_file, src_row) = 1
),

-- a first exposure in DM on the same day says that the first dose is the right one
several_treatments as (
    select
        first_doses.src_trial,
        first_doses.src_file,
        first_doses.src_row,
        first_doses.usubjid,
        'EXTRT' as variable,
        'several_treatments' as rule,
        first_doses.extrt as value
    from first_doses
    inner join subjects_with_several_treatments as several
        on first_doses.usubjid = several.usubjid
    inner join dm
        on first_doses.usubjid = dm.usubjid
    left join conditions
        on
            conditions.trial_id is null
            or first_doses.src_trial = conditions.trial_id
    where conditions.fact is null and dm.rfxstdt is null
),

first_doses_that_differ as (
    select
        dm.src_trial,
        dm.src_file,
        dm.src_row,
        dm.usubjid,
        'RFXSTDTC' as variable,
        'first_dose_differs' as rule,
        dm.rfxstdtc as value
    from dm
    inner join subject_dates
        on dm.usubjid = subject_dates.usubjid
    left join dated_first_doses
        on dm.usubjid = dated_first_doses.usubjid
    where
        dm.rfxstdtf is null
        and dm.rfxstdt is not null
        and dm.rfxstdt <= subject_dates.cutoff_date
        and (
            subject_dates.trtsdt is null
            or (
                dated_first_doses.usubjid is not null
                and dm.rfxstdt <> subject_dates.trtsdt
            )
        )
),

first_dose_findings as (
    select * from several_treatments
    union all
    select * from first_doses_that_differ
)

select * from first_dose_findings
