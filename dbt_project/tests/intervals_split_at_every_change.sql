-- Every change of a factor is the start of an interval, and every start but day 0 a
-- change.
with covariate_intervals as (
    select * from {{ ref('covariate_intervals') }}
),

factor_changes as (
    select * from {{ ref('factor_changes') }}
),

change_days as (
    select distinct
        usubjid,
        paramcd,
        day
    from factor_changes
    where day > 0
),

late_starts as (
    select
        usubjid,
        paramcd,
        tstart as day
    from covariate_intervals
    where tstart > 0
)

select
    coalesce(change_days.usubjid, late_starts.usubjid) as usubjid,
    coalesce(change_days.paramcd, late_starts.paramcd) as paramcd,
    coalesce(change_days.day, late_starts.day) as day
from change_days
full outer join late_starts
    on
        change_days.usubjid = late_starts.usubjid
        and change_days.paramcd = late_starts.paramcd
        and change_days.day = late_starts.day
where change_days.usubjid is null or late_starts.usubjid is null
