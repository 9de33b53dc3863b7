with cox_term as (
    select * from {{ source('results', 'cox_term') }}
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

populations as (
    select * from {{ ref('stg_study__populations') }}
),

forest as (
    select
        analysis_labels.analysis_order,
        cox_term.analysis_id,
        analysis_labels.analysis_label,
        analysis_labels.method,
        analysis_labels.endpoint,
        analysis_labels.endpoint_label,
        cox_term.model,
        coalesce(populations.label, analysis_labels.population_label)
            as population_label,
        cast(
            row_number() over (
                partition by cox_term.analysis_id
                order by
                    case
                        when analysis_labels.method = 'cox_multivariable'
                            then cox_term.display_order
                    end,
                    factors.display_order,
                    cox_term.factor,
                    cox_term.model,
                    cox_term.display_order
            ) as int
        ) as line_order,
        analysis_labels.stratified_by_label,
        cast(cox_model.n_strata as int) as n_strata,
        cast(cox_model.n_strata_informative as int) as n_strata_informative,
        cox_term.factor,
        coalesce(
            factors.label || ' x ' || crossed.label, factors.label, cox_term.factor
        )
            as factor_label,
        cox_term.numerator || ' / ' || cox_term.denominator as contrast,
        cox_term.timing,
        cast(cox_term.n as bigint) as n,
        cast(cox_term.n_event as bigint) as n_event,
        cast(cox_model.n_missing as bigint) as n_missing,
        cox_term.hr,
        cox_term.ci_lower,
        cox_term.ci_upper,
        cox_term.p_value,
        cox_model.caution,
        cox_model.inferred,
        cox_term.status
    from cox_term
    inner join cox_model
        on
            cox_term.analysis_id = cox_model.analysis_id
            and cox_term.model = cox_model.model
    inner join analysis_labels on cox_term.analysis_id = analysis_labels.analysis_id
    left join factors on split_part(cox_term.factor, ' x ', 1) = factors.factor
    left join factors as crossed
        on split_part(cox_term.factor, ' x ', 2) = crossed.factor
    left join populations on cox_model.population = populations.population
)

select * from forest
order by analysis_order, line_order
