with censoring as (
    select * from {{ ref('censoring') }}
),

origins as (
    select * from {{ ref('int_endpoint_origins') }}
),

endpoints as (
    select * from {{ ref('stg_study__endpoints') }}
),

endpoint_rules as (
    select * from {{ ref('stg_study__endpoint_rules') }}
),

subject_dates as (
    select * from {{ ref('int_subject_dates') }}
),

observation_ends as (
    select * from {{ ref('int_observation_ends') }}
),

selected_candidates as (
    select
        *,
        case role when 'event' then 1 when 'competing' then 2 else 0 end as event_code
    from censoring
    where is_selected
),

time_to_event as (
    select
        origins.usubjid,
        subject_dates.trial_id,
        origins.paramcd,
        endpoints.param,
        origins.startdt,
        origins.startdtf,
        selected.adt,
        selected.adtf,
        {{ time_on_clock('origins.startdt', 'selected.adt') }} as aval,
        -- ADaM counts the other way round: 0 is the event, 1 a censoring
        case selected.event_code when 1 then 0 when 0 then 1 else 2 end as cnsr,
        selected.event_code,
        case when selected.event_code > 0 then endpoint_rules.description end
            as evntdesc,
        case
            when selected.event_code = 0
                then
                    coalesce(
                        endpoint_rules.description,
                        case selected.rule_id
                            when 'last_assessment' then 'Last assessment'
                            else 'Origin of the endpoint'
                        end
                    )
                    || case
                        when observation_ends.is_gap
                            then '; assessments are missing before the event'
                        when end_rules.description is not null
                            then '; observation ends: ' || end_rules.description
                        else ''
                    end
        end as cnsdtdsc,
        selected.rule_id,
        selected.srcdom,
        selected.srcvar,
        selected.srcseq
    from origins
    inner join selected_candidates as selected
        on
            origins.usubjid = selected.usubjid
            and origins.paramcd = selected.paramcd
    inner join endpoints on origins.paramcd = endpoints.paramcd
    inner join subject_dates on origins.usubjid = subject_dates.usubjid
    left join endpoint_rules
        on
            selected.paramcd = endpoint_rules.paramcd
            and selected.rule_id = endpoint_rules.rule_id
    left join observation_ends
        on
            origins.usubjid = observation_ends.usubjid
            and origins.paramcd = observation_ends.paramcd
    left join endpoint_rules as end_rules
        on
            observation_ends.paramcd = end_rules.paramcd
            and observation_ends.ended_by = end_rules.rule_id
),

-- a time of ADaM is that of its file, which its dates may or may not give
time_to_event_with_adam as (
    select * from time_to_event
    union all
    select
        usubjid,
        trial_id,
        paramcd,
        param,
        startdt,
        startdtf,
        adt,
        adtf,
        aval,
        case event_code when 1 then 0 when 0 then 1 else 2 end as cnsr,
        event_code,
        case when event_code > 0 then evntdesc end as evntdesc,
        case when event_code = 0 then cnsdtdsc end as cnsdtdsc,
        'adam' as rule_id,
        'ADTTE' as srcdom,
        'ADT' as srcvar,
        cast(src_row as int) as srcseq
    from {{ ref('int_adam_ends') }}
)

select * from time_to_event_with_adam
