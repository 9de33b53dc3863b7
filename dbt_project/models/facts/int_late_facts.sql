with facts as (
    select * from {{ ref('stg_study__facts') }}
),

built_in_facts as (
    select * from {{ ref('int_built_in_facts') }}
),

declared_facts as (
    select * from {{ ref('int_declared_facts') }}
),

days_of_facts as (
    select
        usubjid,
        fact,
        adt,
        adtf
    from built_in_facts
    union all
    select
        usubjid,
        fact,
        adt,
        adtf
    from declared_facts
),

late_facts as (
    select
        declared_facts.usubjid,
        declared_facts.fact,
        declared_facts.adt,
        facts.known_by,
        declared_facts.srcdom,
        declared_facts.srcvar,
        declared_facts.srcseq
    from declared_facts
    inner join facts
        on declared_facts.fact = facts.fact
    inner join days_of_facts
        on
            declared_facts.usubjid = days_of_facts.usubjid
            and facts.known_by = days_of_facts.fact
    -- a partial day can be as late as its last one
    where
        declared_facts.adt
        > {{ latest_day_meant('days_of_facts.adt', 'days_of_facts.adtf') }}
)

select * from late_facts
