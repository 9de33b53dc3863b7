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

analysis_labels as (
    select
        analyses.analysis_id,
        analyses.label as analysis_label,
        analyses.display_order as analysis_order,
        analyses.method,
        analyses.paramcd as endpoint,
        endpoints.param as endpoint_label,
        populations.label as population_label,
        analyses.strata_factor,
        factors.label as strata_label
    from analyses
    left join endpoints on analyses.paramcd = endpoints.paramcd
    left join populations on analyses.population = populations.population
    left join factors on analyses.strata_factor = factors.factor
)

select * from analysis_labels
