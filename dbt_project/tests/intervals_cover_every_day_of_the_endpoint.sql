-- The intervals of a subject start at day 0, follow each other without gap or overlap,
-- end where the endpoint ends, and only the last one has its outcome.
with covariate_intervals as (
    select * from {{ ref('covariate_intervals') }}
),

time_to_event as (
    select * from {{ ref('time_to_event') }}
),

neighbours as (
    select
        *,
        lag(tstop) over (
            partition by usubjid, paramcd order by interval_number
        ) as previous_tstop,
        row_number() over (
            partition by usubjid, paramcd order by interval_number desc
        ) as place_from_end
    from covariate_intervals
)

select
    time_to_event.usubjid,
    time_to_event.paramcd,
    neighbours.interval_number,
    neighbours.tstart,
    neighbours.tstop
from time_to_event
left join neighbours
    on
        time_to_event.usubjid = neighbours.usubjid
        and time_to_event.paramcd = neighbours.paramcd
where
    neighbours.usubjid is null
    or neighbours.tstart != coalesce(neighbours.previous_tstop, 0)
    or (
        neighbours.place_from_end = 1
        and (
            neighbours.tstop != case
                when time_to_event.aval = 0 then 0.5 else time_to_event.aval
            end
            or neighbours.event_code != time_to_event.event_code
        )
    )
    or (neighbours.place_from_end > 1 and neighbours.event_code != 0)
