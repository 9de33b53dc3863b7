with analyses as (
    select * from {{ ref('stg_plan__analyses') }}
),

stratification_factors as (
    select * from {{ ref('stg_plan__stratification_factors') }}
),

subject_factors as (
    select * from {{ ref('subject_factors') }}
),

factors_of_tests as (
    select
        stratification_factors.analysis_id,
        stratification_factors.factor,
        stratification_factors.factor_order,
        count(*) over (partition by stratification_factors.analysis_id) as n_factors
    from stratification_factors
    inner join analyses on stratification_factors.analysis_id = analyses.analysis_id
    where analyses.method in ('kaplan_meier', 'cumulative_incidence')
),

-- a slash within a level is doubled, so that no two combinations read alike
levels_of_subjects as (
    select
        factors_of_tests.analysis_id,
        subject_factors.usubjid,
        factors_of_tests.factor_order,
        factors_of_tests.n_factors,
        replace(subject_factors.level, '/', '//') as level
    from factors_of_tests
    inner join subject_factors on factors_of_tests.factor = subject_factors.factor
),

test_strata as (
    select
        analysis_id,
        usubjid,
        {{ text_list('level', ' / ', 'factor_order') }} as test_stratum
    from levels_of_subjects
    group by analysis_id, usubjid
    having count(level) = max(n_factors)
)

select * from test_strata
