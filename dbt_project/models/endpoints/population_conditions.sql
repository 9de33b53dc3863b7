with conditions as (
    select * from {{ ref('stg_study__population_conditions') }}
),

subjects as (
    select * from {{ ref('int_subjects') }}
),

judged_conditions as (
    select * from {{ ref('int_conditions_judged') }}
),

judged_endpoint_conditions as (
    select * from {{ ref('int_endpoint_conditions_judged') }}
),

population_members as (
    select * from {{ ref('population_members') }}
),

population_conditions as (
    select
        subjects.usubjid,
        conditions.population,
        conditions.condition_order,
        conditions.kind,
        conditions.name,
        conditions.reason,
        case conditions.kind
            when 'population' then population_members.usubjid is not null
            when 'endpoint' then judged_endpoint_conditions.is_met
            else judged_conditions.is_met
        end as is_met
    from conditions
    cross join subjects
    left join population_members
        on
            subjects.usubjid = population_members.usubjid
            and conditions.name = population_members.population
    left join judged_conditions
        on
            subjects.usubjid = judged_conditions.usubjid
            and conditions.population = judged_conditions.population
            and conditions.condition_order = judged_conditions.condition_order
    left join judged_endpoint_conditions
        on
            subjects.usubjid = judged_endpoint_conditions.usubjid
            and conditions.population = judged_endpoint_conditions.population
            and conditions.condition_order = judged_endpoint_conditions.condition_order
)

select * from population_conditions
