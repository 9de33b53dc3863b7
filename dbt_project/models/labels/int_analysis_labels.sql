with analyses as (
    select * from {{ ref('stg_plan__analyses') }}
),

endpoints as (
    select * from {{ ref('stg_study__endpoints') }}
),

populations as (
    select * from {{ ref('stg_study__populations') }}
),

factors as (
    select * from {{ ref('stg_study__factors') }}
),

facts as (
    select * from {{ ref('stg_study__facts') }}
),

stratification_factors as (
    select * from {{ ref('stg_plan__stratification_factors') }}
),

labels_of_strata as (
    select
        stratification_factors.analysis_id,
        {{ text_list('factors.label', ', ', 'stratification_factors.factor_order') }}
            as stratified_by_label
    from stratification_factors
    inner join factors on stratification_factors.factor = factors.factor
    group by stratification_factors.analysis_id
),

analysis_labels as (
    select
        analyses.analysis_id,
        analyses.label as analysis_label,
        analyses.display_order as analysis_order,
        analyses.method,
        analyses.paramcd as endpoint,
        endpoints.param as endpoint_label,
        facts.label as starts_at,
        populations.label as population_label,
        analyses.strata_factor,
        factors.label as strata_label,
        labels_of_strata.stratified_by_label
    from analyses
    left join endpoints on analyses.paramcd = endpoints.paramcd
    left join facts on endpoints.origin_fact = facts.fact
    left join populations on analyses.population = populations.population
    left join factors on analyses.strata_factor = factors.factor
    left join labels_of_strata on analyses.analysis_id = labels_of_strata.analysis_id
)

select * from analysis_labels
