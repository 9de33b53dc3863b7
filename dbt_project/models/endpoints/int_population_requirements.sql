with recursive populations as (
    select * from {{ ref('stg_study__populations') }}
),

conditions as (
    select * from {{ ref('stg_study__population_conditions') }}
),

-- a union of distinct rows ends by itself, whatever refers to whatever
requirements as (
    select
        population,
        population as required_population
    from populations
    union distinct
    select
        requirements.population,
        conditions.name as required_population
    from requirements
    inner join conditions
        on
            requirements.required_population = conditions.population
            and conditions.kind = 'population'
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
