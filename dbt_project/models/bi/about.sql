with study as (
    select * from {{ ref('stg_study__study') }}
),

trials as (
    select * from {{ ref('stg_study__trials') }}
),

subjects as (
    select * from {{ ref('subjects') }}
),

analysis as (
    select * from {{ source('results', 'analysis') }}
),

trial_totals as (
    select
        count(*) as n_trials,
        count(distinct cutoff) as n_cutoffs,
        {{ dbt.listagg(
            "trial_id || ' ' || cast(cutoff as string)",
            "'; '",
            'order by display_order'
        ) }} as data_cutoffs
    from trials
),

subject_totals as (
    select
        count(trtsdt) as n_treated,
        count(case when in_analysis_set then 1 end) as n_subjects
    from subjects
),

analysis_totals as (
    select count(*) as n_analyses
    from analysis
),

about as (
    select
        study.study_id,
        study.title,
        study.synthetic as is_synthetic,
        study.synthetic_note,
        trial_totals.n_trials,
        trial_totals.n_cutoffs,
        trial_totals.data_cutoffs,
        subject_totals.n_treated,
        subject_totals.n_subjects,
        analysis_totals.n_analyses,
        study.number_style
    from study
    cross join trial_totals
    cross join subject_totals
    cross join analysis_totals
)

select * from about
