-- Every member of an endpoint's population with its origin is followed to exactly one
-- end.
with origins as (
    select * from {{ ref('int_endpoint_origins') }}
),

censoring as (
    select * from {{ ref('censoring') }}
),

time_to_event as (
    select * from {{ ref('time_to_event') }}
),

selections as (
    select
        usubjid,
        paramcd,
        count(case when is_selected then 1 end) as n_selected
    from censoring
    group by usubjid, paramcd
)

select
    origins.usubjid,
    origins.paramcd,
    selections.n_selected
from origins
left join selections
    on
        origins.usubjid = selections.usubjid
        and origins.paramcd = selections.paramcd
left join time_to_event
    on
        origins.usubjid = time_to_event.usubjid
        and origins.paramcd = time_to_event.paramcd
where coalesce(selections.n_selected, 0) != 1 or time_to_event.usubjid is null
