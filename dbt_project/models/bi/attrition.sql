with attrition_steps as (
    select * from {{ source('results', 'attrition') }}
),

analysis_labels as (
    select * from {{ ref('int_analysis_labels') }}
),

populations as (
    select * from {{ ref('stg_study__populations') }}
),

attrition as (
    select
        analysis_labels.analysis_order,
        attrition_steps.analysis_id,
        analysis_labels.analysis_label,
        cast(attrition_steps.step as int) as step,
        attrition_steps.population as step_population,
        populations.label as step_population_label,
        attrition_steps.reason,
        cast(attrition_steps.n_in as bigint) as n_in,
        cast(attrition_steps.n_out as bigint) as n_out,
        cast(attrition_steps.n_remaining as bigint) as n_remaining
    from attrition_steps
    inner join analysis_labels
        on attrition_steps.analysis_id = analysis_labels.analysis_id
    left join populations on attrition_steps.population = populations.population
)

select * from attrition
order by analysis_order, step
