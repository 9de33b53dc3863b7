with cox_diagnostic as (
    select * from {{ source('results', 'cox_diagnostic') }}
),

cox_model as (
    select * from {{ source('results', 'cox_model') }}
),

analysis_labels as (
    select * from {{ ref('int_analysis_labels') }}
),

factors as (
    select * from {{ ref('stg_study__factors') }}
),

proportional_hazards as (
    select
        analysis_labels.analysis_order,
        diagnostics.analysis_id,
        analysis_labels.analysis_label,
        analysis_labels.endpoint,
        analysis_labels.endpoint_label,
        diagnostics.model,
        cast(
            row_number() over (
                partition by diagnostics.analysis_id
                order by
                    case when diagnostics.factor = 'GLOBAL' then 2 else 1 end,
                    factors.display_order,
                    diagnostics.factor,
                    diagnostics.model
            ) as int
        ) as line_order,
        diagnostics.factor,
        case
            when diagnostics.factor = 'GLOBAL' then 'All factors of the model'
            else coalesce(factors.label, diagnostics.factor)
        end as factor_label,
        diagnostics.statistic as chi_square,
        cast(diagnostics.df as int) as df,
        diagnostics.p_value,
        cast(diagnostics.n as bigint) as n,
        cast(diagnostics.n_event as bigint) as n_event,
        cox_model.caution,
        diagnostics.status
    from cox_diagnostic as diagnostics
    inner join cox_model
        on
            diagnostics.analysis_id = cox_model.analysis_id
            and diagnostics.model = cox_model.model
    inner join analysis_labels
        on diagnostics.analysis_id = analysis_labels.analysis_id
    left join factors on diagnostics.factor = factors.factor
)

select * from proportional_hazards
order by analysis_order, line_order
