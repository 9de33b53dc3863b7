with analyses as (
    select * from {{ ref('stg_plan__analyses') }}
),

analysis_entries as (
    select * from {{ ref('stg_plan__analysis_entries') }}
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

factor_changes as (
    select * from {{ ref('factor_changes') }}
),

entry_times as (
    select * from {{ ref('entry_times') }}
),

level_spells as (
    select * from {{ ref('int_level_spells') }}
),

members_of_analyses as (
    select
        analyses.analysis_id,
        analyses.paramcd,
        analyses.strata_factor,
        analyses.landmark_days,
        time_to_event.usubjid,
        time_to_event.aval,
        time_to_event.event_code
    from analyses
    inner join population_members on analyses.population = population_members.population
    inner join time_to_event
        on
            population_members.usubjid = time_to_event.usubjid
            and analyses.paramcd = time_to_event.paramcd
    where analyses.method in ('kaplan_meier', 'cumulative_incidence')
),

entries_required as (
    select
        analysis_id,
        count(*) as n_facts
    from analysis_entries
    group by analysis_id
),

-- every fact that defines the group must be known before a subject is under
-- observation, where the plan says so by the landmark day
entries_of_analyses as (
    select
        analysis_entries.analysis_id,
        entry_times.paramcd,
        entry_times.usubjid,
        max(entry_times.day) as entry_day,
        count(*) as n_facts
    from analysis_entries
    inner join analyses on analysis_entries.analysis_id = analyses.analysis_id
    inner join entry_times
        on
            analysis_entries.fact = entry_times.fact
            and analyses.paramcd = entry_times.paramcd
    where
        not coalesce(analysis_entries.is_due_by_landmark, false)
        or entry_times.day <= analyses.landmark_days
    group by analysis_entries.analysis_id, entry_times.paramcd, entry_times.usubjid
),

-- a change on the landmark day has happened; without a landmark the last value counts
levels_at_landmark as (
    select
        members.analysis_id,
        members.usubjid,
        {{ value_at_max('factor_changes.level', 'factor_changes.day') }} as level
    from members_of_analyses as members
    inner join factor_changes
        on
            members.usubjid = factor_changes.usubjid
            and members.paramcd = factor_changes.paramcd
            and members.strata_factor = factor_changes.factor
    where factor_changes.day <= coalesce(members.landmark_days, factor_changes.day)
    group by members.analysis_id, members.usubjid
),

subjects_with_clock as (
    select
        members.analysis_id,
        members.usubjid,
        case
            when members.strata_factor is null then 'all'
            else coalesce(
                level_spells.level,
                levels_at_landmark.level,
                subject_factors.level,
                'unknown'
            )
        end as stratum,
        greatest(
            coalesce(entries.entry_day, 0) - coalesce(members.landmark_days, 0),
            coalesce(level_spells.start_day, 0) - coalesce(members.landmark_days, 0),
            0
        ) as entry_day,
        coalesce(level_spells.end_day, members.aval)
        - coalesce(members.landmark_days, 0) as exit_day,
        members.landmark_days,
        case when level_spells.end_day is null then members.event_code else 0 end
            as event_code
    from members_of_analyses as members
    -- a row per spell where the strata are time-dependent
    left join level_spells
        on
            members.analysis_id = level_spells.analysis_id
            and members.usubjid = level_spells.usubjid
    left join entries_of_analyses as entries
        on
            members.analysis_id = entries.analysis_id
            and members.paramcd = entries.paramcd
            and members.usubjid = entries.usubjid
    left join entries_required on members.analysis_id = entries_required.analysis_id
    left join levels_at_landmark
        on
            members.analysis_id = levels_at_landmark.analysis_id
            and members.usubjid = levels_at_landmark.usubjid
    left join subject_factors
        on
            members.strata_factor = subject_factors.factor
            and members.usubjid = subject_factors.usubjid
    where coalesce(entries.n_facts, 0) = coalesce(entries_required.n_facts, 0)
),

subjects_observed as (
    select
        analysis_id,
        usubjid,
        stratum,
        entry_day,
        exit_day,
        event_code
    from subjects_with_clock
    where
        (entry_day = 0 or exit_day > entry_day)
        and (landmark_days is null or exit_day > 0)
)

select * from subjects_observed
