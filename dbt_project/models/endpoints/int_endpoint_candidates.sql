with origins as (
    select * from {{ ref('int_endpoint_origins') }}
),

rule_dates as (
    select * from {{ ref('int_rule_dates') }}
),

assessment_days as (
    select * from {{ ref('int_assessment_days') }}
),

observation_ends as (
    select * from {{ ref('int_observation_ends') }}
),

dates_of_rules as (
    select
        usubjid,
        paramcd,
        rule_id,
        role,
        fact,
        adt,
        adtf,
        priority,
        srcdom,
        srcvar,
        srcseq,
        adt < startdt as is_before_origin
    from rule_dates
),

-- where the endpoint names its assessments, their last one while observed censors first
last_assessments as (
    select
        assessment_days.usubjid,
        assessment_days.paramcd,
        'last_assessment' as rule_id,
        'censor' as role,
        assessment_days.fact,
        assessment_days.adt,
        cast(null as string) as adtf,
        cast(null as int) as priority,
        assessment_days.srcdom,
        assessment_days.srcvar,
        assessment_days.srcseq,
        false as is_before_origin
    from assessment_days
    left join observation_ends
        on
            assessment_days.usubjid = observation_ends.usubjid
            and assessment_days.paramcd = observation_ends.paramcd
    where
        observation_ends.last_day is null
        or assessment_days.adt <= observation_ends.last_day
    qualify
        row_number() over (
            partition by assessment_days.usubjid, assessment_days.paramcd
            order by assessment_days.adt desc
        ) = 1
),

all_dates as (
    select * from dates_of_rules
    union all
    select * from last_assessments
),

dated_candidates as (
    select
        all_dates.*,
        case
            when all_dates.is_before_origin then 'before origin'
            when all_dates.role = 'end' then 'end'
            when
                all_dates.adt > observation_ends.last_day and observation_ends.is_gap
                then 'after a gap'
            when all_dates.adt > observation_ends.last_day then 'after the end'
            when all_dates.role in ('event', 'competing') then 'event'
            else all_dates.role
        end as queue
    from all_dates
    left join observation_ends
        on
            all_dates.usubjid = observation_ends.usubjid
            and all_dates.paramcd = observation_ends.paramcd
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
            and dated_candidates.queue in ('event', 'censor', 'censor_first')
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
        cast(
            row_number() over (
                partition by usubjid, paramcd, queue
                order by
                    case when queue = 'censor' then priority end asc nulls first,
                    adt asc nulls last,
                    priority asc,
                    rule_id asc
            ) as bigint
        ) as place_in_queue
    from all_candidates
)

select * from queued_candidates
