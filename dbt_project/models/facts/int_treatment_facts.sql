with subject_dates as (
    select * from {{ ref('int_subject_dates') }}
),

doses as (
    select * from {{ ref('int_doses') }}
),

dose_days as (
    select
        usubjid,
        adt,
        adtf,
        cycle,
        trtsdt,
        'EXSTDTC' as srcvar,
        exseq as srcseq
    from doses
    union all
    select
        usubjid,
        adt_end as adt,
        adtf_end as adtf,
        cycle,
        trtsdt,
        'EXENDTC' as srcvar,
        exseq as srcseq
    from doses
    where adt_end is not null
),

dose_facts as (
    select
        usubjid,
        'first_dose' as fact,
        adt,
        adtf,
        cast(null as string) as fact_value,
        cycle,
        'EX' as srcdom,
        srcvar,
        srcseq
    from dose_days
    where adt = trtsdt and srcvar = 'EXSTDTC'
    union all
    select
        usubjid,
        'last_dose' as fact,
        adt,
        adtf,
        cast(null as string) as fact_value,
        cycle,
        'EX' as srcdom,
        srcvar,
        srcseq
    from dose_days
),

first_doses as (
    select *
    from dose_facts
    where fact = 'first_dose'
    qualify {{ place_by_date('usubjid, fact') }} = 1
),

-- who is still treated has had no last dose yet
ongoing_treatments as (
    select distinct usubjid
    from doses
    where is_ongoing
),

last_doses as (
    select dose_facts.*
    from dose_facts
    anti join ongoing_treatments
        on dose_facts.usubjid = ongoing_treatments.usubjid
    where dose_facts.fact = 'last_dose'
    qualify {{ place_by_date('usubjid, fact', latest=true) }} = 1
),

treatment_facts as (
    select * from first_doses
    union all
    select * from last_doses
    union all
    select
        subject_dates.usubjid,
        'treatment_close' as fact,
        subject_dates.treatment_close_date as adt,
        cast(null as string) as adtf,
        cast(null as string) as fact_value,
        cast(null as int) as cycle,
        cast(null as string) as srcdom,
        cast(null as string) as srcvar,
        cast(null as int) as srcseq
    from subject_dates
    where treatment_close_date is not null and trtsdt is not null
)

select * from treatment_facts
