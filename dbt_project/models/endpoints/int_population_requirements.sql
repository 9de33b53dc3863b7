with recursive populations as (
    select * from {{ ref('stg_study__populations') }}
),

conditions as (
    select * from {{ ref('stg_study__population_conditions') }}
),

-- not every engine can end a recursion by distinct rows: no path names more populations
-- than there are, whatever refers to whatever
paths as (
    select
        population,
        population as required_population,
        1 as n_populations
    from populations
    union all
    select
        paths.population,
        conditions.name as required_population,
        paths.n_populations + 1 as n_populations
    from paths
    inner join conditions
        on
            paths.required_population = conditions.population
            and conditions.kind = 'population'
    where paths.n_populations < (select count(*) from populations)
),

requirements as (
    select distinct
        population,
        required_population
    from paths
),

populations_by_outcome as (
    select distinct requirements.population
    from requirements
    inner join conditions
        on
            requirements.required_population = conditions.population
            and conditions.kind = 'endpoint'
),

requirements_with_timing as (
    select
        requirements.population,
        requirements.required_population,
        populations_by_outcome.population is not null as needs_endpoint
    from requirements
    left join populations_by_outcome
        on requirements.population = populations_by_outcome.population
)

select * from requirements_with_timing
