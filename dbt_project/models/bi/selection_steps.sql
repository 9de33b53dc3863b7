with cox_selection_step as (
    select * from {{ source('results', 'cox_selection_step') }}
),

analysis as (
    select * from {{ source('results', 'analysis') }}
),

analysis_labels as (
    select * from {{ ref('int_analysis_labels') }}
),

factors as (
    select * from {{ ref('stg_study__factors') }}
),

-- what was considered stands above what was done
selection_steps as (
    select
        analysis_labels.analysis_order,
        steps.analysis_id,
        analysis_labels.analysis_label,
        analysis_labels.endpoint,
        analysis_labels.endpoint_label,
        cast(
            row_number() over (
                partition by steps.analysis_id
                order by
                    steps.step,
                    case when steps.action = 'considered' then 1 else 2 end,
                    case when steps.test = 'wald' then 1 else 2 end,
                    factors.display_order,
                    steps.factor
            ) as int
        ) as line_order,
        cast(steps.step as int) as step,
        steps.action,
        steps.factor,
        coalesce(factors.label, steps.factor) as factor_label,
        steps.test,
        steps.statistic as chi_square,
        cast(steps.df as int) as df,
        steps.p_value,
        cast(steps.n as bigint) as n,
        cast(steps.n_event as bigint) as n_event,
        analysis.caution,
        steps.status
    from cox_selection_step as steps
    inner join analysis on steps.analysis_id = analysis.analysis_id
    inner join analysis_labels on steps.analysis_id = analysis_labels.analysis_id
    left join factors on steps.factor = factors.factor
)

select * from selection_steps
order by analysis_order, line_order
