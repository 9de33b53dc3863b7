-- A subject belongs to a population where every condition of it is met, and nowhere
-- else.
with population_conditions as (
    select * from {{ ref('population_conditions') }}
),

population_members as (
    select * from {{ ref('population_members') }}
),

judgements as (
    select
        usubjid,
        population,
        count(case when is_met then 1 end) as n_met,
        count(*) as n_conditions
    from population_conditions
    group by usubjid, population
)

select
    judgements.usubjid,
    judgements.population
from judgements
left join population_members
    on
        judgements.usubjid = population_members.usubjid
        and judgements.population = population_members.population
where
    (judgements.n_met = judgements.n_conditions)
    != (population_members.usubjid is not null)
