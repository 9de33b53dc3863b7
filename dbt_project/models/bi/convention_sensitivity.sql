with convention_sensitivity as (
    select * from {{ source('results', 'convention_sensitivity') }}
),

analysis_labels as (
    select * from {{ ref('int_analysis_labels') }}
),

factors as (
    select * from {{ ref('stg_study__factors') }}
),

-- fractions are read in percent, as in the other tables of bi
numbers_with_units as (
    select
        *,
        case
            when result_table = 'survival_summary' then 'months'
            when result_table <> 'cox_term' then '%'
            when quantity = 'p_value' then 'P value'
            else 'hazard ratio'
        end as unit,
        case when result_table in ('survival_summary', 'cox_term') then 1 else 100 end
            as per_unit,
        case result_table
            when 'survival_summary' then 1
            when 'survival_rate' then 2
            when 'cumulative_incidence_rate' then 3
            else 4
        end as table_order,
        case
            when quantity in ('median_ci_lower', 'ci_lower') then 2
            when quantity in ('median_ci_upper', 'ci_upper') then 3
            when quantity = 'p_value' then 4
            else 1
        end as quantity_order
    from convention_sensitivity
),

numbers_beside_alternatives as (
    select
        cast(
            row_number() over (
                order by
                    numbers.convention,
                    numbers.alternative,
                    numbers.alternative_analysis,
                    analysis_labels.analysis_order,
                    numbers.table_order,
                    factors.display_order,
                    numbers.model,
                    numbers.factor,
                    numbers.event,
                    numbers.time_months,
                    numbers.quantity_order
            ) as int
        ) as line_order,
        numbers.convention,
        numbers.chosen,
        numbers.alternative,
        numbers.alternative_analysis,
        numbers.analysis_id,
        analysis_labels.analysis_label,
        analysis_labels.endpoint,
        analysis_labels.endpoint_label,
        numbers.model,
        numbers.factor,
        coalesce(factors.label, numbers.factor) as factor_label,
        numbers.event,
        numbers.time_months,
        numbers.quantity,
        numbers.unit,
        numbers.per_unit * numbers.value as value,
        numbers.per_unit * numbers.value_alternative as value_alternative,
        numbers.per_unit * numbers.change as change,
        numbers.published_id,
        numbers.published,
        case
            when numbers.matches_chosen then 'agrees'
            when not numbers.matches_chosen then 'differs'
            else 'not compared'
        end as verdict_chosen,
        case
            when numbers.matches_alternative then 'agrees'
            when not numbers.matches_alternative then 'differs'
            else 'not compared'
        end as verdict_alternative,
        numbers.status,
        numbers.status_alternative,
        numbers.caution
    from numbers_with_units as numbers
    inner join analysis_labels on numbers.analysis_id = analysis_labels.analysis_id
    left join factors on numbers.factor = factors.factor
)

select * from numbers_beside_alternatives
order by line_order
