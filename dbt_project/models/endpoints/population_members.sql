with requirements as (
    select * from {{ ref('int_population_requirements') }}
),

members_before_endpoints as (
    select * from {{ ref('int_members_before_endpoints') }}
),

judged_endpoint_conditions as (
    select * from {{ ref('int_endpoint_conditions_judged') }}
),

subjects_left_out as (
    select distinct
        judged_endpoint_conditions.usubjid,
        requirements.population
    from judged_endpoint_conditions
    inner join requirements
        on judged_endpoint_conditions.population = requirements.required_population
    where not judged_endpoint_conditions.is_met
),

population_members as (
    select
        members.usubjid,
        members.population
    from members_before_endpoints as members
    left join subjects_left_out
        on
            members.usubjid = subjects_left_out.usubjid
            and members.population = subjects_left_out.population
    where subjects_left_out.usubjid is null
)

select * from population_members
