-- Whoever enters an analysis leaves it once, and they are the subjects of the
-- analysis.
with risk_counts as (
    select * from {{ ref('risk_counts') }}
),

analysis_subjects as (
    select * from {{ ref('int_analysis_subjects') }}
),

totals as (
    select
        analysis_id,
        stratum,
        sum(n_entry) as n_entered,
        sum(n_event + n_competing + n_censored) as n_left,
        min(day) as first_day
    from risk_counts
    group by analysis_id, stratum
),

subject_totals as (
    select
        analysis_id,
        stratum,
        count(*) as n_subjects
    from analysis_subjects
    group by analysis_id, stratum
)

select
    totals.analysis_id,
    totals.stratum,
    totals.n_entered,
    totals.n_left,
    subject_totals.n_subjects
from totals
left join subject_totals
    on
        totals.analysis_id = subject_totals.analysis_id
        and totals.stratum = subject_totals.stratum
where
    totals.n_entered != coalesce(subject_totals.n_subjects, 0)
    or totals.n_left != coalesce(subject_totals.n_subjects, 0)
    or totals.first_day != 0
