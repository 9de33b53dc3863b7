with state_moves as (
    select * from {{ ref('int_state_moves') }}
),

counted as (
    select
        analysis_id,
        stratum,
        cast(day as double) as day,
        from_state,
        to_state,
        count(*) as n
    from state_moves
    group by analysis_id, stratum, day, from_state, to_state
)

select * from counted
