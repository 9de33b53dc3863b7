-- Over all strata an analysis without landmark and delayed entry holds every member of
-- its population who is followed for its endpoint: nobody is lost for an unknown
-- level.
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

risk_counts as (
    select * from {{ ref('risk_counts') }}
),

plain_analyses as (
    select
        analyses.analysis_id,
        analyses.paramcd,
        analyses.population
    from analyses
    left join analysis_entries on analyses.analysis_id = analysis_entries.analysis_id
    where
        analysis_entries.analysis_id is null
        and analyses.landmark_days is null
        and analyses.method in ('kaplan_meier', 'cumulative_incidence')
),

members_followed as (
    select
        plain_analyses.analysis_id,
        count(time_to_event.usubjid) as n_members
    from plain_analyses
    left join population_members
        on plain_analyses.population = population_members.population
    left join time_to_event
        on
            population_members.usubjid = time_to_event.usubjid
            and plain_analyses.paramcd = time_to_event.paramcd
    group by plain_analyses.analysis_id
),

subjects_counted as (
    select
        analysis_id,
        sum(n_entry) as n_counted
    from risk_counts
    group by analysis_id
)

select
    members_followed.analysis_id,
    members_followed.n_members,
    subjects_counted.n_counted
from members_followed
left join subjects_counted
    on members_followed.analysis_id = subjects_counted.analysis_id
where members_followed.n_members != coalesce(subjects_counted.n_counted, 0)
