with time_to_event as (
    select * from {{ ref('time_to_event') }}
),

factor_changes as (
    select * from {{ ref('factor_changes') }}
),

-- an event on the origin day gets half a day, so that nobody is lost
ends as (
    select
        usubjid,
        paramcd,
        event_code,
        case when aval > 0 then aval else 0.5 end as end_day
    from time_to_event
),

starts as (
    select
        usubjid,
        paramcd,
        cast(0 as double) as tstart
    from time_to_event
    union distinct
    select
        usubjid,
        paramcd,
        day as tstart
    from factor_changes
),

numbered_intervals as (
    select
        starts.usubjid,
        starts.paramcd,
        starts.tstart,
        ends.end_day,
        ends.event_code,
        row_number() over (
            partition by starts.usubjid, starts.paramcd order by starts.tstart
        ) as interval_number,
        lead(starts.tstart) over (
            partition by starts.usubjid, starts.paramcd order by starts.tstart
        ) as next_tstart
    from starts
    inner join ends
        on
            starts.usubjid = ends.usubjid
            and starts.paramcd = ends.paramcd
),

covariate_intervals as (
    select
        usubjid,
        paramcd,
        cast(interval_number as int) as interval_number,
        tstart,
        cast(coalesce(next_tstart, end_day) as double) as tstop,
        case when next_tstart is null then event_code else 0 end as event_code
    from numbered_intervals
)

select * from covariate_intervals
