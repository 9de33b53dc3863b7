with pooling_heterogeneity as (
    select * from {{ source('results', 'pooling_heterogeneity') }}
),

analysis as (
    select * from {{ source('results', 'analysis') }}
),

cox_model as (
    select * from {{ source('results', 'cox_model') }}
),

fine_gray_model as (
    select * from {{ source('results', 'fine_gray_model') }}
),

analysis_labels as (
    select * from {{ ref('int_analysis_labels') }}
),

level_labels as (
    select * from {{ ref('int_level_labels') }}
),

factors as (
    select * from {{ ref('stg_study__factors') }}
),

populations as (
    select * from {{ ref('stg_study__populations') }}
),

models as (
    select
        analysis_id,
        model,
        population,
        caution
    from cox_model
    union all
    select
        analysis_id,
        model,
        population,
        caution
    from fine_gray_model
),

pooling_heterogeneity_labelled as (
    select
        analysis_labels.analysis_order,
        tests.analysis_id,
        analysis_labels.analysis_label,
        analysis_labels.endpoint,
        analysis_labels.endpoint_label,
        coalesce(populations.label, analysis_labels.population_label)
            as population_label,
        cast(
            row_number() over (
                partition by tests.analysis_id
                order by
                    tests.model asc,
                    tests.term_order asc,
                    strata_levels.level_order asc,
                    tests.stratum asc,
                    tests.event desc,
                    tests.quantity asc,
                    tests.time_months asc
            ) as int
        ) as line_order,
        tests.model,
        tests.factor,
        coalesce(factors.label, tests.factor) as factor_label,
        tests.numerator || ' / ' || tests.denominator as contrast,
        tests.stratum,
        case
            when tests.stratum is not null
                then coalesce(strata_levels.level_label, 'All')
        end as stratum_label,
        tests.event,
        tests.quantity,
        tests.time_months,
        tests.pooled_over,
        coalesce(pooled_factors.label, tests.pooled_over) as pooled_over_label,
        cast(tests.n as bigint) as n,
        cast(tests.n_event as bigint) as n_event,
        cast(tests.n_estimates as int) as n_estimates,
        tests.statistic as chi_square,
        cast(tests.df as int) as df,
        tests.p_value,
        100 * tests.i_squared as i_squared_percent,
        tests.tau_squared,
        tests.lr_statistic as lr_chi_square,
        cast(tests.lr_df as int) as interaction_df,
        tests.lr_p as interaction_p,
        coalesce(models.caution, analysis.caution) as caution,
        tests.status,
        tests.lr_status as interaction_status
    from pooling_heterogeneity as tests
    inner join analysis on tests.analysis_id = analysis.analysis_id
    inner join analysis_labels on tests.analysis_id = analysis_labels.analysis_id
    left join models
        on
            tests.analysis_id = models.analysis_id
            and tests.model = models.model
    left join populations on models.population = populations.population
    left join factors on tests.factor = factors.factor
    left join factors as pooled_factors
        on tests.pooled_over = pooled_factors.factor
    left join level_labels as strata_levels
        on
            analysis_labels.strata_factor = strata_levels.factor
            and tests.stratum = strata_levels.level
)

select * from pooling_heterogeneity_labelled
order by analysis_order, line_order
