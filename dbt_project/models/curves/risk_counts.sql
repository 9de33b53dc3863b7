with analyses as (
    select * from {{ ref('stg_plan__analyses') }}
),

analysis_subjects as (
    select * from {{ ref('int_analysis_subjects') }}
),

-- the first day of every curve, with nobody on it if all enter later
first_days as (
    select
        analysis_id,
        'all' as stratum
    from analyses
    where method in ('kaplan_meier', 'cumulative_incidence') and strata_factor is null
    union distinct
    select
        analysis_id,
        stratum
    from analysis_subjects
),

changes_in_risk_set as (
    select
        analysis_id,
        stratum,
        cast(0 as double) as day,
        0 as n_entry,
        null as event_code
    from first_days
    union all
    select
        analysis_id,
        stratum,
        entry_day as day,
        1 as n_entry,
        null as event_code
    from analysis_subjects
    union all
    select
        analysis_id,
        stratum,
        exit_day as day,
        0 as n_entry,
        event_code
    from analysis_subjects
),

risk_counts as (
    select
        analysis_id,
        stratum,
        cast(day as double) as day,
        cast(sum(n_entry) as bigint) as n_entry,
        count(case when event_code = 1 then 1 end) as n_event,
        count(case when event_code = 2 then 1 end) as n_competing,
        count(case when event_code = 0 then 1 end) as n_censored
    from changes_in_risk_set
    group by analysis_id, stratum, day
)

select * from risk_counts
