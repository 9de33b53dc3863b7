with endpoints as (
    select * from {{ ref('stg_study__endpoints') }}
),

rules as (
    select * from {{ ref('stg_study__endpoint_rules') }}
),

facts as (
    select * from {{ ref('stg_study__facts') }}
),

populations as (
    select * from {{ ref('stg_study__populations') }}
),

rules_in_words as (
    select
        paramcd,
        {{ dbt.listagg(
            "case when role = 'event' then description end",
            "'; '",
            'order by priority, rule_id'
        ) }} as events,
        {{ dbt.listagg(
            "case when role = 'competing' then description end",
            "'; '",
            'order by priority, rule_id'
        ) }} as competing_events,
        {{ dbt.listagg(
            "case when role in ('end', 'censor_first') then description end",
            "'; '",
            'order by priority, rule_id'
        ) }} as observation_ends,
        {{ dbt.listagg(
            "case when role = 'censor' then description end",
            "', else '",
            'order by priority, rule_id'
        ) }} as censored_at
    from rules
    group by paramcd
),

endpoint_definitions as (
    select
        endpoints.paramcd as endpoint,
        endpoints.param as endpoint_label,
        endpoints.display_order as endpoint_order,
        populations.label as population_label,
        origins.label as starts_at,
        rules_in_words.events,
        rules_in_words.competing_events,
        rules_in_words.observation_ends,
        -- the last assessment censors; the rules say what does where there is none
        case
            when endpoints.assessments is null then rules_in_words.censored_at
            else 'Last of: ' || assessments.label
        end as censored_at,
        endpoints.longest_gap_days
    from endpoints
    inner join populations on endpoints.population = populations.population
    left join facts as origins on endpoints.origin_fact = origins.fact
    left join facts as assessments on endpoints.assessments = assessments.fact
    left join rules_in_words on endpoints.paramcd = rules_in_words.paramcd
)

select * from endpoint_definitions
order by endpoint_order
