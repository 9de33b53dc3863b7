with transplants as (
    select * from {{ ref('int_transplants') }}
),

first_transplants as (
    select *
    from transplants
    where is_first_allogeneic
),

prior_transplants as (
    select
        usubjid,
        'prior_hsct' as fact,
        adt,
        adtf,
        transplant_type as fact_value,
        cast(null as int) as cycle,
        'PR' as srcdom,
        'PRSTDTC' as srcvar,
        prseq as srcseq
    from transplants
    where is_prior
),

last_prior_transplants as (
    select *
    from prior_transplants
    qualify {{ place_by_date('usubjid, fact', latest=true) }} = 1
),

transplant_facts as (
    select * from last_prior_transplants
    union all
    select
        usubjid,
        'hsct' as fact,
        adt,
        adtf,
        remission_state as fact_value,
        cast(null as int) as cycle,
        'PR' as srcdom,
        'PRSTDTC' as srcvar,
        prseq as srcseq
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
        cast(null as int) as cycle,
        'PR' as srcdom,
        'PRSTDTC' as srcvar,
        prseq as srcseq
    from first_transplants
)

select * from transplant_facts
