with endpoints as (
    select * from {{ ref('stg_study__endpoints') }}
    where assessments is not null
),

origins as (
    select * from {{ ref('int_endpoint_origins') }}
),

assessment_days as (
    select * from {{ ref('int_assessment_days') }}
),

rule_dates as (
    select * from {{ ref('int_rule_dates') }}
    where adt >= startdt
),

-- an end of which only the month is known has certainly come with its last day
ends as (
    select
        usubjid,
        paramcd,
        rule_id,
        adt_last as adt
    from rule_dates
    where role = 'end'
    qualify
        row_number() over (
            partition by usubjid, paramcd
            order by adt_last nulls last, priority
        ) = 1
),

first_events as (
    select
        rule_dates.usubjid,
        rule_dates.paramcd,
        min(rule_dates.adt) as adt
    from rule_dates
    left join ends
        on
            rule_dates.usubjid = ends.usubjid
            and rule_dates.paramcd = ends.paramcd
    where
        rule_dates.role in ('event', 'competing')
        and (ends.adt is null or rule_dates.adt <= ends.adt)
    group by
        rule_dates.usubjid,
        rule_dates.paramcd
),

-- the last assessment before the event, or the origin where there is none
days_before_events as (
    select
        first_events.usubjid,
        first_events.paramcd,
        first_events.adt as event_date,
        coalesce(max(assessment_days.adt), min(origins.startdt)) as last_day
    from first_events
    inner join origins
        on
            first_events.usubjid = origins.usubjid
            and first_events.paramcd = origins.paramcd
    left join assessment_days
        on
            first_events.usubjid = assessment_days.usubjid
            and first_events.paramcd = assessment_days.paramcd
            and first_events.adt > assessment_days.adt
    group by
        first_events.usubjid,
        first_events.paramcd,
        first_events.adt
),

gaps as (
    select days_before_events.*
    from days_before_events
    inner join endpoints on days_before_events.paramcd = endpoints.paramcd
    where
        {{ days_between(
            'days_before_events.last_day', 'days_before_events.event_date'
        ) }}
        > endpoints.longest_gap_days
),

observation_ends as (
    select
        origins.usubjid,
        origins.paramcd,
        coalesce(gaps.last_day, ends.adt) as last_day,
        case when gaps.usubjid is not null then 'gap' else ends.rule_id end
            as ended_by,
        gaps.usubjid is not null as is_gap
    from origins
    inner join endpoints on origins.paramcd = endpoints.paramcd
    left join ends
        on
            origins.usubjid = ends.usubjid
            and origins.paramcd = ends.paramcd
    left join gaps
        on
            origins.usubjid = gaps.usubjid
            and origins.paramcd = gaps.paramcd
    where gaps.usubjid is not null or ends.usubjid is not null
)

select * from observation_ends
