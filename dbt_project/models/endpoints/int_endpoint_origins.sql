with endpoints as (
    select * from {{ ref('stg_study__endpoints') }}
),

members as (
    select * from {{ ref('int_members_before_endpoints') }}
),

dated_facts as (
    select * from {{ ref('int_dated_facts') }}
),

origins as (
    select
        members.usubjid,
        endpoints.paramcd,
        endpoints.origin_fact,
        dated_facts.adt as startdt,
        dated_facts.adtf as startdtf,
        dated_facts.srcdom,
        dated_facts.srcvar,
        dated_facts.srcseq
    from endpoints
    inner join members on endpoints.population = members.population
    inner join dated_facts
        on
            members.usubjid = dated_facts.usubjid
            and endpoints.origin_fact = dated_facts.fact
    where not members.needs_endpoint and dated_facts.adt is not null
)

select * from origins
