with analyses as (
    select * from {{ ref('stg_plan__analyses') }}
),

states as (
    select * from {{ ref('stg_plan__states') }}
),

population_members as (
    select * from {{ ref('population_members') }}
),

time_to_event as (
    select * from {{ ref('time_to_event') }}
),

subject_factors as (
    select * from {{ ref('subject_factors') }}
),

entry_times as (
    select * from {{ ref('entry_times') }}
),

subjects_followed as (
    select
        analyses.analysis_id,
        analyses.paramcd,
        time_to_event.usubjid,
        case
            when analyses.strata_factor is null then 'all'
            else coalesce(subject_factors.level, 'unknown')
        end as stratum,
        time_to_event.aval,
        time_to_event.event_code
    from analyses
    inner join population_members on analyses.population = population_members.population
    inner join time_to_event
        on
            population_members.usubjid = time_to_event.usubjid
            and analyses.paramcd = time_to_event.paramcd
    left join subject_factors
        on
            analyses.strata_factor = subject_factors.factor
            and time_to_event.usubjid = subject_factors.usubjid
    where analyses.method = 'multi_state'
),

facts_of_states as (
    select
        subjects_followed.analysis_id,
        subjects_followed.usubjid,
        states.state_order,
        states.state,
        entry_times.day,
        entry_times.day <= 0 as is_known_at_origin
    from subjects_followed
    inner join states on subjects_followed.analysis_id = states.analysis_id
    inner join entry_times
        on
            subjects_followed.usubjid = entry_times.usubjid
            and subjects_followed.paramcd = entry_times.paramcd
            and states.fact = entry_times.fact
    where entry_times.day <= greatest(subjects_followed.aval, 0)
),

-- where a subject begins: the state known last at the origin, else the first of the
-- course
states_at_origin as (
    select
        subjects_followed.analysis_id,
        subjects_followed.usubjid,
        states.state
    from subjects_followed
    inner join states
        on subjects_followed.analysis_id = states.analysis_id
    left join facts_of_states
        on
            subjects_followed.analysis_id = facts_of_states.analysis_id
            and subjects_followed.usubjid = facts_of_states.usubjid
            and states.state_order = facts_of_states.state_order
    where
        facts_of_states.is_known_at_origin
        or (states.fact is null and states.ends is null)
    qualify row_number() over (
        partition by subjects_followed.analysis_id, subjects_followed.usubjid
        order by facts_of_states.day desc nulls last, states.state_order desc
    ) = 1
),

changes_of_state as (
    select
        analysis_id,
        usubjid,
        state_order,
        state,
        day
    from facts_of_states
    where not is_known_at_origin
    union all
    select
        subjects_followed.analysis_id,
        subjects_followed.usubjid,
        states.state_order,
        states.state,
        subjects_followed.aval as day
    from subjects_followed
    inner join states
        on
            subjects_followed.analysis_id = states.analysis_id
            and (
                (states.ends = 'event' and subjects_followed.event_code = 1)
                or (states.ends = 'competing' and subjects_followed.event_code = 2)
            )
),

-- the later state of a day counts
one_change_a_day as (
    select
        analysis_id,
        usubjid,
        day,
        {{ value_at_max('state', 'state_order') }} as state
    from changes_of_state
    group by analysis_id, usubjid, day
),

states_in_order as (
    select
        analysis_id,
        usubjid,
        cast(0 as double) as day,
        0 as step,
        state
    from states_at_origin
    union all
    select
        analysis_id,
        usubjid,
        day,
        1 as step,
        state
    from one_change_a_day
),

moves_in_order as (
    select
        analysis_id,
        usubjid,
        day,
        lag(state) over (
            partition by analysis_id, usubjid
            order by step, day
        ) as from_state,
        state as to_state,
        lead(day) over (
            partition by analysis_id, usubjid
            order by step, day
        ) is null as is_last
    from states_in_order
),

state_moves as (
    select
        moves_in_order.analysis_id,
        moves_in_order.usubjid,
        subjects_followed.stratum,
        moves_in_order.day,
        moves_in_order.from_state,
        moves_in_order.to_state
    from moves_in_order
    inner join subjects_followed
        on
            moves_in_order.analysis_id = subjects_followed.analysis_id
            and moves_in_order.usubjid = subjects_followed.usubjid
    where moves_in_order.from_state is distinct from moves_in_order.to_state
    union all
    select
        moves_in_order.analysis_id,
        moves_in_order.usubjid,
        subjects_followed.stratum,
        subjects_followed.aval as day,
        moves_in_order.to_state as from_state,
        null as to_state
    from moves_in_order
    inner join subjects_followed
        on
            moves_in_order.analysis_id = subjects_followed.analysis_id
            and moves_in_order.usubjid = subjects_followed.usubjid
    where moves_in_order.is_last and subjects_followed.event_code = 0
)

select * from state_moves
