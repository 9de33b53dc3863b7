with analyses as (
    select * from {{ ref('stg_plan__analyses') }}
),

analysis_subjects as (
    select * from {{ ref('int_analysis_subjects') }}
),

subject_factors as (
    select * from {{ ref('subject_factors') }}
),

subjects_in_parts as (
    select
        analysis_subjects.analysis_id,
        subject_factors.level as pooled_level,
        analysis_subjects.stratum,
        analysis_subjects.entry_day,
        analysis_subjects.exit_day,
        analysis_subjects.event_code
    from analyses
    inner join analysis_subjects on analyses.analysis_id = analysis_subjects.analysis_id
    inner join subject_factors
        on
            analyses.pooled_factor = subject_factors.factor
            and analysis_subjects.usubjid = subject_factors.usubjid
    where subject_factors.level is not null
),

changes_in_risk_set as (
    select
        analysis_id,
        pooled_level,
        stratum,
        entry_day as day,
        1 as n_entry,
        null as event_code
    from subjects_in_parts
    union all
    select
        analysis_id,
        pooled_level,
        stratum,
        exit_day as day,
        0 as n_entry,
        event_code
    from subjects_in_parts
),

pooled_risk_counts as (
    select
        analysis_id,
        pooled_level,
        stratum,
        cast(day as double) as day,
        cast(sum(n_entry) as bigint) as n_entry,
        count(case when event_code = 1 then 1 end) as n_event,
        count(case when event_code = 2 then 1 end) as n_competing,
        count(case when event_code = 0 then 1 end) as n_censored
    from changes_in_risk_set
    group by analysis_id, pooled_level, stratum, day
)

select * from pooled_risk_counts
