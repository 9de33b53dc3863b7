with requirements as (
    select * from {{ ref('int_population_requirements') }}
),

subjects as (
    select * from {{ ref('int_subjects') }}
),

judged_conditions as (
    select * from {{ ref('int_conditions_judged') }}
),

subjects_by_population as (
    select
        subjects.usubjid,
        requirements.population,
        requirements.needs_endpoint
    from requirements
    cross join subjects
    where requirements.population = requirements.required_population
),

subjects_left_out as (
    select distinct
        judged_conditions.usubjid,
        requirements.population
    from judged_conditions
    inner join requirements
        on judged_conditions.population = requirements.required_population
    where not judged_conditions.is_met
),

members_so_far as (
    select
        subjects_by_population.usubjid,
        subjects_by_population.population,
        subjects_by_population.needs_endpoint
    from subjects_by_population
    left join subjects_left_out
        on
            subjects_by_population.usubjid = subjects_left_out.usubjid
            and subjects_by_population.population = subjects_left_out.population
    where subjects_left_out.usubjid is null
)

select * from members_so_far
