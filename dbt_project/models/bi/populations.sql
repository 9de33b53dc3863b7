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

conditions as (
    select * from {{ ref('stg_study__population_conditions') }}
),

facts as (
    select * from {{ ref('stg_study__facts') }}
),

factors as (
    select * from {{ ref('stg_study__factors') }}
),

endpoints as (
    select * from {{ ref('stg_study__endpoints') }}
),

-- what the event codes of an endpoint say
outcomes (event_code, words) as (
    values
    ('0', 'censored'),
    ('1', 'event'),
    ('2', 'competing event')
),

conditions_said as (
    select
        conditions.population,
        conditions.condition_order,
        case
            when conditions.kind = 'population' then 'in "' || bases.label || '"'
            when outcomes.words is not null
                then endpoints.param || ': ' || outcomes.words
            else
                coalesce(facts.label, factors.label, endpoints.param, conditions.name)
                || coalesce(' ' || conditions.operator, '')
                || coalesce(' ' || conditions.value, '')
        end as said
    from conditions
    left join populations as bases
        on conditions.kind = 'population' and conditions.name = bases.population
    left join facts on conditions.kind = 'fact' and conditions.name = facts.fact
    left join factors on conditions.kind = 'factor' and conditions.name = factors.factor
    left join endpoints
        on conditions.kind = 'endpoint' and conditions.name = endpoints.paramcd
    left join outcomes
        on
            conditions.kind = 'endpoint'
            and conditions.operator = 'event_code ='
            and conditions.value = outcomes.event_code
),

rules as (
    select
        population,
        {{ dbt.listagg('said', "'; '", 'order by condition_order') }} as population_rule
    from conditions_said
    group by population
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
        rules.population_rule,
        study.analysis_set is not null as is_analysis_set,
        populations_by_outcome.population is not null as is_defined_by_outcome,
        cast(coalesce(member_totals.n, 0) as bigint) as n
    from populations
    left join rules on populations.population = rules.population
    left join study on populations.population = study.analysis_set
    left join populations_by_outcome
        on populations.population = populations_by_outcome.population
    left join member_totals on populations.population = member_totals.population
)

select * from populations_with_totals
order by population_order
