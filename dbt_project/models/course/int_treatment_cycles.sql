with doses as (
    select * from {{ ref('int_doses') }}
),

cycle_starts as (
    select
        usubjid,
        cycle,
        min(adt) as cycle_start
    from doses
    where cycle is not null
    group by
        usubjid,
        cycle
),

next_starts as (
    select
        usubjid,
        cycle,
        cycle_start,
        lead(cycle_start) over (
            partition by usubjid
            order by cycle_start, cycle
        ) as next_cycle_start
    from cycle_starts
),

cycles as (
    select
        usubjid,
        cycle,
        cycle_start,
        case
            when next_cycle_start is null
                then {{ add_days('cycle_start', var('cycle_close_days')) }}
            else {{ add_days('next_cycle_start', -1) }}
        end as cycle_end,
        next_cycle_start is null as is_last
    from next_starts
)

select * from cycles
