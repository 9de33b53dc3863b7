with times as (
    select * from {{ accepted('int_adam_times') }}
),

events as (
    select * from {{ ref('stg_study__adam_events') }}
),

endpoints as (
    select * from {{ ref('stg_study__endpoints') }}
),

members as (
    select * from {{ ref('int_members_before_endpoints') }}
),

-- a line of adam_events.csv for both values says more than one for either
times_with_meaning as (
    select
        times.*,
        coalesce(events.role, case times.cnsr when 0 then 'event' else 'censor' end)
            as role
    from times
    left join events
        on
            times.paramcd = events.paramcd
            and coalesce(times.cnsr = events.cnsr, events.cnsr is null)
            and coalesce(
                {{ wording('times.evntdesc') }} = events.evntdesc,
                events.evntdesc is null
            )
    qualify
        row_number() over (
            partition by times.src_file, times.src_row
            order by
                case when events.cnsr is not null then 1 else 0 end
                + case when events.evntdesc is not null then 1 else 0 end desc,
                events.evntdesc asc nulls last
        ) = 1
),

-- dates that contradict the time are not used
ends as (
    select
        times.usubjid,
        times.src_trial as trial_id,
        times.paramcd,
        endpoints.param,
        times.role,
        case times.role when 'event' then 1 when 'competing' then 2 else 0 end
            as event_code,
        case when not times.differs_from_dates then times.startdt end as startdt,
        case when not times.differs_from_dates then times.startdtf end
            as startdtf,
        case when not times.differs_from_dates then times.adt end as adt,
        case when not times.differs_from_dates then times.adtf end as adtf,
        times.aval_days as aval,
        times.unit_days,
        coalesce(times.evntdesc, 'CNSR ' || cast(times.cnsr as string)) as evntdesc,
        coalesce(
            times.cnsdtdsc, times.evntdesc, 'CNSR ' || cast(times.cnsr as string)
        ) as cnsdtdsc,
        times.adt_given,
        times.src_file,
        times.src_row
    from times_with_meaning as times
    inner join endpoints on times.paramcd = endpoints.paramcd
    inner join members
        on
            times.usubjid = members.usubjid
            and endpoints.population = members.population
    where not members.needs_endpoint
)

select * from ends
