with populations as (
    select * from {{ ref('stg_study__populations') }}
),

requirements as (
    select * from {{ ref('int_population_requirements') }}
),

population_members as (
    select * from {{ ref('population_members') }}
),

study as (
    select * from {{ ref('stg_study__study') }}
),

populations_by_outcome as (
    select distinct population
    from requirements
    where needs_endpoint
),

member_totals as (
    select
        population,
        count(*) as n
    from population_members
    group by population
),

populations_with_totals as (
    select
        populations.population,
        populations.label as population_label,
        cast(populations.display_order as int) as population_order,
        study.analysis_set is not null as is_analysis_set,
        populations_by_outcome.population is not null as is_defined_by_outcome,
        cast(coalesce(member_totals.n, 0) as bigint) as n
    from populations
    left join study on populations.population = study.analysis_set
    left join populations_by_outcome
        on populations.population = populations_by_outcome.population
    left join member_totals on populations.population = member_totals.population
)

select * from populations_with_totals
order by population_order
