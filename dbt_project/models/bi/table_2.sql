with clinical_outcomes as (
    select * from {{ source('results', 'clinical_outcomes') }}
),

analysis_method as (
    select * from {{ source('results', 'method') }}
),

analysis_labels as (
    select * from {{ ref('int_analysis_labels') }}
),

populations as (
    select * from {{ ref('stg_study__populations') }}
),

outcomes_by_definition as (
    select * from {{ ref('int_outcomes_by_definition') }}
),

table_2 as (
    select
        analysis_labels.analysis_order,
        outcomes.analysis_id,
        analysis_labels.analysis_label,
        outcomes.group_population,
        populations.label as group_label,
        cast(populations.display_order as int) as group_order,
        cast(outcomes.display_order as int) as line_order,
        outcomes.outcome,
        outcomes.level,
        outcomes.label,
        outcomes.parent,
        cast(outcomes.indent as int) as indent,
        cast(outcomes.n as bigint) as n,
        cast(outcomes.denominator as bigint) as denominator,
        outcomes.percent,
        outcomes.status,
        outcomes_by_definition.outcome is not null as is_by_definition,
        outcomes.ci_lower as ci_lower_percent,
        outcomes.ci_upper as ci_upper_percent,
        analysis_method.conf_level
    from clinical_outcomes as outcomes
    inner join analysis_labels on outcomes.analysis_id = analysis_labels.analysis_id
    left join analysis_method on outcomes.analysis_id = analysis_method.analysis_id
    left join populations on outcomes.group_population = populations.population
    left join outcomes_by_definition
        on
            outcomes.analysis_id = outcomes_by_definition.analysis_id
            and outcomes.outcome = outcomes_by_definition.outcome
            and outcomes.level = outcomes_by_definition.level
            and outcomes.group_population = outcomes_by_definition.group_population
)

select * from table_2
order by analysis_order, group_order, line_order
