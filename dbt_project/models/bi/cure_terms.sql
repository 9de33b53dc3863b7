with cure_term as (
    select * from {{ source('results', 'cure_term') }}
),

cure_model as (
    select * from {{ source('results', 'cure_model') }}
),

analysis_method as (
    select * from {{ source('results', 'method') }}
),

analysis_labels as (
    select * from {{ ref('int_analysis_labels') }}
),

factors as (
    select * from {{ ref('stg_study__factors') }}
),

cure_terms as (
    select
        analysis_labels.analysis_order,
        cure_term.analysis_id,
        analysis_labels.analysis_label,
        analysis_labels.endpoint,
        analysis_labels.endpoint_label,
        analysis_labels.population_label,
        cure_model.latency,
        cure_term.part,
        cast(cure_term.display_order as int) as line_order,
        cure_term.factor,
        coalesce(factors.label, cure_term.factor) as factor_label,
        cure_term.numerator || ' / ' || cure_term.denominator as contrast,
        cast(cure_term.n as bigint) as n,
        cast(cure_term.n_event as bigint) as n_event,
        cure_term.ratio,
        cure_term.ci_lower,
        cure_term.ci_upper,
        cure_term.p_value,
        analysis_method.conf_level,
        cure_model.caution,
        cure_term.status
    from cure_term
    inner join cure_model on cure_term.analysis_id = cure_model.analysis_id
    inner join analysis_labels
        on cure_term.analysis_id = analysis_labels.analysis_id
    left join analysis_method
        on cure_term.analysis_id = analysis_method.analysis_id
    left join factors on cure_term.factor = factors.factor
)

select * from cure_terms
order by analysis_order, line_order
