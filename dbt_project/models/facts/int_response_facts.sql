with remissions_at_entry as (
    select * from {{ ref('int_remissions_at_entry') }}
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

deciding_mrd_results as (
    select *
    from mrd_results
    where is_on_treatment and is_deciding
),

first_candidates as (
    select
        usubjid,
        'remission_at_entry' as fact,
        adt,
        adtf,
        response as fact_value,
        cast(null as int) as cycle,
        'RS' as srcdom,
        'RSDTC' as srcvar,
        rsseq as srcseq
    from remissions_at_entry
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
        rsseq as srcseq
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
        rsseq as srcseq
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
        rsseq as srcseq
    from relapses
    union all
    select
        usubjid,
        'mrd_evaluated' as fact,
        adt,
        adtf,
        cast(null as string) as fact_value,
        cycle,
        'LB' as srcdom,
        'LBDTC' as srcvar,
        lbseq as srcseq
    from deciding_mrd_results
    union all
    select
        usubjid,
        'mrd_response' as fact,
        adt,
        adtf,
        cast(null as string) as fact_value,
        cycle,
        'LB' as srcdom,
        'LBDTC' as srcvar,
        lbseq as srcseq
    from deciding_mrd_results
    where is_response
),

first_facts as (
    select *
    from first_candidates
    qualify {{ place_by_date('usubjid, fact') }} = 1
),

last_candidates as (
    select
        usubjid,
        'last_assessment' as fact,
        adt,
        adtf,
        response as fact_value,
        cycle,
        'RS' as srcdom,
        'RSDTC' as srcvar,
        rsseq as srcseq
    from responses
),

last_facts as (
    select *
    from last_candidates
    qualify {{ place_by_date('usubjid, fact', latest=true) }} = 1
),

response_facts as (
    select * from first_facts
    union all
    select * from last_facts
)

select * from response_facts
