with dm as (
    select * from {{ accepted('stg_sdtm__dm') }}
),

ds as (
    select * from {{ accepted('stg_sdtm__ds') }}
),

doses as (
    select * from {{ ref('int_doses') }}
),

subject_dates as (
    select * from {{ ref('int_subject_dates') }}
),

first_dose_times as (
    select
        usubjid,
        min(atm) as atm
    from doses
    where adt = trtsdt and adtf is null
    group by usubjid
),

randomisations as (
    select
        usubjid,
        min(dsstdt) as adt
    from ds
    where {{ wording('dsdecod') }} = 'RANDOMIZED'
    group by usubjid
),

baseline_dates as (
    select
        subject_dates.usubjid,
        coalesce(
            subject_dates.trtsdt,
            case when dm.rfstdtf is null then dm.rfstdt end,
            randomisations.adt
        ) as adt,
        first_dose_times.atm,
        subject_dates.trtsdt is not null as is_first_dose
    from subject_dates
    inner join dm
        on subject_dates.usubjid = dm.usubjid
    left join first_dose_times
        on subject_dates.usubjid = first_dose_times.usubjid
    left join randomisations
        on subject_dates.usubjid = randomisations.usubjid
)

select * from baseline_dates
