with origins as (
    select * from {{ ref('int_endpoint_origins') }}
),

endpoint_rules as (
    select * from {{ ref('stg_study__endpoint_rules') }}
),

dated_facts as (
    select * from {{ ref('int_dated_facts') }}
),

dated_candidates as (
    select
        origins.usubjid,
        origins.paramcd,
        endpoint_rules.rule_id,
        endpoint_rules.role,
        dated_facts.fact,
        dated_facts.adt,
        dated_facts.adtf,
        endpoint_rules.priority,
        dated_facts.srcdom,
        dated_facts.srcvar,
        dated_facts.srcseq,
        dated_facts.adt < origins.startdt as is_before_origin,
        case
            when dated_facts.adt < origins.startdt then 'before origin'
            when endpoint_rules.role in ('event', 'competing') then 'event'
            else endpoint_rules.role
        end as queue
    from origins
    inner join endpoint_rules on origins.paramcd = endpoint_rules.paramcd
    inner join dated_facts
        on
            origins.usubjid = dated_facts.usubjid
            and endpoint_rules.fact = dated_facts.fact
    where dated_facts.adt is not null
),

-- a subject with no date on or after the origin is censored on the day of the origin
candidates_at_origin as (
    select
        origins.usubjid,
        origins.paramcd,
        'origin' as rule_id,
        'censor' as role,
        origins.origin_fact as fact,
        origins.startdt as adt,
        origins.startdtf as adtf,
        cast(null as int) as priority,
        origins.srcdom,
        origins.srcvar,
        origins.srcseq,
        false as is_before_origin,
        'censor' as queue
    from origins
    left join dated_candidates
        on
            origins.usubjid = dated_candidates.usubjid
            and origins.paramcd = dated_candidates.paramcd
            and not dated_candidates.is_before_origin
    where dated_candidates.usubjid is null
),

all_candidates as (
    select * from dated_candidates
    union all
    select * from candidates_at_origin
),

-- events queue by date, then by priority on one day; censor rules queue by priority
queued_candidates as (
    select
        *,
        row_number() over (
            partition by usubjid, paramcd, queue
            order by
                case when queue = 'censor' then priority end,
                adt,
                priority,
                rule_id
        ) as place_in_queue
    from all_candidates
)

select * from queued_candidates
