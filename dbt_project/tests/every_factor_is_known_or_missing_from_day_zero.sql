-- Each subject of an endpoint has a day-0 row of every time-dependent factor, and a
-- factor that is missing on day 0 never changes.
with time_to_event as (
    select * from {{ ref('time_to_event') }}
),

factors as (
    select * from {{ ref('stg_study__factors') }}
),

factor_changes as (
    select * from {{ ref('factor_changes') }}
),

expected_rows as (
    select
        time_to_event.usubjid,
        time_to_event.paramcd,
        time_to_event.aval,
        factors.factor
    from time_to_event
    cross join factors
    where factors.timing = 'post_baseline'
),

rows_of_factors as (
    select
        usubjid,
        paramcd,
        factor,
        count(case when day = 0 then 1 end) as n_first,
        count(*) as n_rows,
        count(level) as n_known,
        max(day) as last_day
    from factor_changes
    group by usubjid, paramcd, factor
)

select
    expected_rows.usubjid,
    expected_rows.paramcd,
    expected_rows.factor
from expected_rows
left join rows_of_factors
    on
        expected_rows.usubjid = rows_of_factors.usubjid
        and expected_rows.paramcd = rows_of_factors.paramcd
        and expected_rows.factor = rows_of_factors.factor
where
    coalesce(rows_of_factors.n_first, 0) != 1
    or (rows_of_factors.n_known < rows_of_factors.n_rows and rows_of_factors.n_rows > 1)
    or (rows_of_factors.last_day > 0 and rows_of_factors.last_day >= expected_rows.aval)
