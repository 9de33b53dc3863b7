with analyses as (
    select * from {{ ref('stg_plan__analyses') }}
),

analysis_labels as (
    select * from {{ ref('int_analysis_labels') }}
),

populations as (
    select * from {{ ref('stg_study__populations') }}
),

analysis as (
    select * from {{ source('results', 'analysis') }}
),

analysis_method as (
    select * from {{ source('results', 'method') }}
),

-- all models of an analysis are fitted alike
cox_limits as (
    select
        analysis_id,
        min(limits) as ratio_limits,
        min(penalty) as penalty
    from {{ source('results', 'cox_model') }}
    group by analysis_id
),

-- a factor of treatment is read from the arms of DM or the treatments of ADSL
treatment_factors as (
    select factor
    from {{ ref('stg_study__factors') }}
    where
        derivation = 'variable'
        and domain = 'DM'
        and testcd in ('ARM', 'ARMCD', 'ACTARM', 'ACTARMCD')
    union distinct
    select name as factor
    from {{ ref('stg_study__adam_names') }}
    where kind = 'factor' and variable in ('ARM', 'TRT01P', 'TRT01A', 'ACTARM')
),

analyses_with_methods as (
    select
        analysis_labels.analysis_order,
        analysis.analysis_id,
        analysis_labels.analysis_label,
        analysis.method,
        analysis.endpoint,
        analysis_labels.endpoint_label,
        analysis_labels.starts_at,
        analyses.landmark_days,
        populations.label as population_label,
        analysis_labels.strata_label,
        analysis_labels.stratified_by_label,
        analyses.has_time_dependent_strata as groups_change,
        treatment_factors.factor is not null as groups_are_arms,
        analyses.is_headline,
        analyses.delayed_entry_of,
        analyses.alternative_to,
        analyses.candidates_from,
        analysis_method.conf_level,
        analysis_method.ci_transform,
        analysis_method.ties,
        analysis_method.variance,
        coalesce(
            cox_limits.ratio_limits,
            case
                when analysis.method in ('fine_gray', 'fine_gray_multivariable')
                    then 'wald'
            end
        ) as ratio_limits,
        cox_limits.penalty,
        analysis_method.days_per_month,
        analysis_method.day_convention,
        analysis_method.ph_transform,
        analysis_method.software,
        analysis_method.software_version,
        analysis.caution,
        analysis.inferred
    from analysis
    inner join analyses on analysis.analysis_id = analyses.analysis_id
    inner join analysis_labels on analysis.analysis_id = analysis_labels.analysis_id
    left join analysis_method on analysis.analysis_id = analysis_method.analysis_id
    left join cox_limits on analysis.analysis_id = cox_limits.analysis_id
    left join populations on analysis.population = populations.population
    left join treatment_factors on analyses.strata_factor = treatment_factors.factor
)

select * from analyses_with_methods
order by analysis_order
