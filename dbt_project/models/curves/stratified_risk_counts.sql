with analysis_subjects as (
    select * from {{ ref('int_analysis_subjects') }}
),

test_strata as (
    select * from {{ ref('int_test_strata') }}
),

subjects_in_strata as (
    select
        analysis_subjects.analysis_id,
        test_strata.test_stratum,
        analysis_subjects.stratum,
        analysis_subjects.entry_day,
        analysis_subjects.exit_day,
        analysis_subjects.event_code
    from analysis_subjects
    inner join test_strata
        on
            analysis_subjects.analysis_id = test_strata.analysis_id
            and analysis_subjects.usubjid = test_strata.usubjid
),

changes_in_risk_set as (
    select
        analysis_id,
        test_stratum,
        stratum,
        entry_day as day,
        1 as n_entry,
        null as event_code
    from subjects_in_strata
    union all
    select
        analysis_id,
        test_stratum,
        stratum,
        exit_day as day,
        0 as n_entry,
        event_code
    from subjects_in_strata
),

stratified_risk_counts as (
    select
        analysis_id,
        test_stratum,
        stratum,
        cast(day as double) as day,
        cast(sum(n_entry) as bigint) as n_entry,
        count(case when event_code = 1 then 1 end) as n_event,
        count(case when event_code = 2 then 1 end) as n_competing,
        count(case when event_code = 0 then 1 end) as n_censored
    from changes_in_risk_set
    group by analysis_id, test_stratum, stratum, day
)

select * from stratified_risk_counts
