with subject_dates as (
    select * from {{ ref('int_subject_dates') }}
),

doses as (
    select * from {{ ref('int_doses') }}
),

first_remissions as (
    select * from {{ ref('int_first_remissions') }}
),

best_responses as (
    select * from {{ ref('int_best_responses') }}
),

responses as (
    select * from {{ ref('int_responses') }}
),

relapses as (
    select * from {{ ref('int_relapses') }}
),

mrd_results as (
    select * from {{ ref('int_mrd_results') }}
),

transplants as (
    select * from {{ ref('int_transplants') }}
),

deaths as (
    select * from {{ ref('int_deaths') }}
),

contacts as (
    select * from {{ ref('int_contacts') }}
),

first_transplants as (
    select *
    from transplants
    where is_first_allogeneic
),

deciding_mrd_results as (
    select *
    from mrd_results
    where is_on_treatment and is_deciding
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

all_facts as (
    select
        usubjid,
        'first_dose' as fact,
        adt,
        adtf,
        cast(null as string) as fact_value,
        cycle,
        'EX' as srcdom,
        srcvar,
        srcseq,
        1 as fact_order
    from dose_days
    where adt = trtsdt and srcvar = 'EXSTDTC'
    union all
    select
        usubjid,
        'last_dose' as fact,
        adt,
        adtf,
        null as fact_value,
        cycle,
        'EX' as srcdom,
        srcvar,
        srcseq,
        -1 as fact_order
    from dose_days
    union all
    select
        subject_dates.usubjid,
        'treatment_close' as fact,
        subject_dates.treatment_close_date as adt,
        null as adtf,
        null as fact_value,
        null as cycle,
        null as srcdom,
        null as srcvar,
        null as srcseq,
        1 as fact_order
    from subject_dates
    where treatment_close_date is not null and trtsdt is not null
    union all
    select
        usubjid,
        'prior_hsct' as fact,
        adt,
        adtf,
        transplant_type as fact_value,
        null as cycle,
        'PR' as srcdom,
        'PRSTDTC' as srcvar,
        prseq as srcseq,
        -1 as fact_order
    from transplants
    where is_prior
    union all
    select
        usubjid,
        'first_remission' as fact,
        adt,
        adtf,
        response as fact_value,
        cycle,
        'RS' as srcdom,
        'RSDTC' as srcvar,
        rsseq as srcseq,
        1 as fact_order
    from first_remissions
    union all
    select
        usubjid,
        'best_response' as fact,
        adt,
        adtf,
        response as fact_value,
        cycle,
        'RS' as srcdom,
        'RSDTC' as srcvar,
        rsseq as srcseq,
        1 as fact_order
    from best_responses
    union all
    select
        usubjid,
        'relapse' as fact,
        adt,
        adtf,
        relapse_site as fact_value,
        cycle,
        'RS' as srcdom,
        'RSDTC' as srcvar,
        rsseq as srcseq,
        1 as fact_order
    from relapses
    union all
    select
        usubjid,
        'mrd_evaluated' as fact,
        adt,
        adtf,
        null as fact_value,
        cycle,
        'LB' as srcdom,
        'LBDTC' as srcvar,
        lbseq as srcseq,
        1 as fact_order
    from deciding_mrd_results
    union all
    select
        usubjid,
        'mrd_response' as fact,
        adt,
        adtf,
        null as fact_value,
        cycle,
        'LB' as srcdom,
        'LBDTC' as srcvar,
        lbseq as srcseq,
        1 as fact_order
    from deciding_mrd_results
    where is_response
    union all
    select
        usubjid,
        'hsct' as fact,
        adt,
        adtf,
        remission_state as fact_value,
        null as cycle,
        'PR' as srcdom,
        'PRSTDTC' as srcvar,
        prseq as srcseq,
        1 as fact_order
    from first_transplants
    union all
    select
        usubjid,
        case remission_state
            when 'in_continuous_remission' then 'hsct_in_remission'
            when 'after_relapse' then 'hsct_after_relapse'
            else 'hsct_without_remission'
        end as fact,
        adt,
        adtf,
        remission_state as fact_value,
        null as cycle,
        'PR' as srcdom,
        'PRSTDTC' as srcvar,
        prseq as srcseq,
        1 as fact_order
    from first_transplants
    union all
    select
        usubjid,
        'death' as fact,
        dthdt as adt,
        dthdtf as adtf,
        null as fact_value,
        null as cycle,
        srcdom,
        srcvar,
        srcseq,
        1 as fact_order
    from deaths
    union all
    select
        usubjid,
        'last_known_alive' as fact,
        adt,
        adtf,
        null as fact_value,
        null as cycle,
        srcdom,
        srcvar,
        srcseq,
        -1 as fact_order
    from contacts
    union all
    select
        usubjid,
        'last_contact' as fact,
        adt,
        adtf,
        null as fact_value,
        null as cycle,
        srcdom,
        srcvar,
        srcseq,
        -1 as fact_order
    from contacts
    union all
    select
        usubjid,
        'last_documented_visit' as fact,
        adt,
        adtf,
        null as fact_value,
        null as cycle,
        srcdom,
        srcvar,
        srcseq,
        -1 as fact_order
    from contacts
    where is_in_person
    union all
    select
        usubjid,
        'last_assessment' as fact,
        adt,
        adtf,
        response as fact_value,
        cycle,
        'RS' as srcdom,
        'RSDTC' as srcvar,
        rsseq as srcseq,
        -1 as fact_order
    from responses
),

dated_facts as (
    select
        all_facts.usubjid,
        all_facts.fact,
        all_facts.adt,
        all_facts.adtf,
        all_facts.fact_value,
        cast(all_facts.cycle as int) as cycle,
        all_facts.srcdom,
        all_facts.srcvar,
        cast(all_facts.srcseq as int) as srcseq
    from all_facts
    inner join subject_dates
        on all_facts.usubjid = subject_dates.usubjid
    where subject_dates.trtsdt is not null
    -- a first fact is its earliest record, a last fact its latest; of one day a complete
    -- date stands before a partial one
    qualify
        row_number() over (
            partition by all_facts.usubjid, all_facts.fact
            order by
                {{ days_between("cast('1900-01-01' as date)", 'all_facts.adt') }}
                * all_facts.fact_order,
                case when all_facts.adtf is null then 0 else 1 end,
                all_facts.srcdom,
                all_facts.srcvar,
                all_facts.srcseq
        ) = 1
)

select * from dated_facts
