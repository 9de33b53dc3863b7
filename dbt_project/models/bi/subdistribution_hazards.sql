with fine_gray_term as (
    select * from {{ source('results', 'fine_gray_term') }}
),

fine_gray_model as (
    select * from {{ source('results', 'fine_gray_model') }}
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

populations as (
    select * from {{ ref('stg_study__populations') }}
),

subdistribution_hazards as (
    select
        analysis_labels.analysis_order,
        fine_gray_term.analysis_id,
        analysis_labels.analysis_label,
        analysis_labels.endpoint,
        analysis_labels.endpoint_label,
        coalesce(populations.label, analysis_labels.population_label)
            as population_label,
        fine_gray_term.model,
        cast(
            row_number() over (
                partition by fine_gray_term.analysis_id
                order by
                    case
                        when analysis_labels.method = 'fine_gray_multivariable'
                            then fine_gray_term.display_order
                    end,
                    factors.display_order,
                    fine_gray_term.factor,
                    fine_gray_term.model,
                    fine_gray_term.display_order
            ) as int
        ) as line_order,
        fine_gray_term.factor,
        coalesce(
            factors.label || ' x ' || crossed.label,
            factors.label,
            fine_gray_term.factor
        ) as factor_label,
        fine_gray_term.numerator || ' / ' || fine_gray_term.denominator as contrast,
        cast(fine_gray_term.n as bigint) as n,
        cast(fine_gray_term.n_event as bigint) as n_event,
        cast(fine_gray_term.n_competing as bigint) as n_competing,
        cast(fine_gray_model.n_missing as bigint) as n_missing,
        fine_gray_term.shr,
        fine_gray_term.ci_lower,
        fine_gray_term.ci_upper,
        fine_gray_term.p_value,
        coalesce(
            analysis.caution || ' ' || fine_gray_model.caution,
            analysis.caution,
            fine_gray_model.caution
        ) as caution,
        fine_gray_model.inferred,
        fine_gray_term.status
    from fine_gray_term
    inner join fine_gray_model
        on
            fine_gray_term.analysis_id = fine_gray_model.analysis_id
            and fine_gray_term.model = fine_gray_model.model
    inner join analysis on fine_gray_term.analysis_id = analysis.analysis_id
    inner join analysis_labels
        on fine_gray_term.analysis_id = analysis_labels.analysis_id
    left join factors
        on split_part(fine_gray_term.factor, ' x ', 1) = factors.factor
    left join factors as crossed
        on split_part(fine_gray_term.factor, ' x ', 2) = crossed.factor
    left join populations on fine_gray_model.population = populations.population
)

select * from subdistribution_hazards
order by analysis_order, line_order
