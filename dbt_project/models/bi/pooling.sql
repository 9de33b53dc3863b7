with pooling_effect as (
    select * from {{ source('results', 'pooling_effect') }}
),

analysis as (
    select * from {{ source('results', 'analysis') }}
),

analysis_method as (
    select * from {{ source('results', 'method') }}
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

pooling as (
    select
        analysis_labels.analysis_order,
        effects.analysis_id,
        analysis_labels.analysis_label,
        analysis_labels.endpoint,
        analysis_labels.endpoint_label,
        coalesce(populations.label, analysis_labels.population_label)
            as population_label,
        cast(
            row_number() over (
                partition by effects.analysis_id
                order by
                    effects.model asc,
                    effects.term_order asc,
                    strata_levels.level_order asc,
                    effects.stratum asc,
                    effects.event desc,
                    effects.quantity asc,
                    effects.time_months asc,
                    effects.display_order asc
            ) as int
        ) as line_order,
        effects.model,
        effects.factor,
        coalesce(factors.label, effects.factor) as factor_label,
        effects.numerator || ' / ' || effects.denominator as contrast,
        effects.stratum,
        case
            when effects.stratum is not null
                then coalesce(strata_levels.level_label, 'All')
        end as stratum_label,
        effects.event,
        effects.quantity,
        effects.time_months,
        effects.pooled_over,
        coalesce(pooled_factors.label, effects.pooled_over) as pooled_over_label,
        effects.part,
        effects.level,
        case effects.part
            when 'all' then 'All'
            when 'stratified'
                then
                    'Stratified by '
                    || coalesce(pooled_factors.label, effects.pooled_over)
            when 'fixed_effect' then 'Mean, fixed effect'
            when 'random_effects' then 'Mean, random effects'
            when 'level' then coalesce(pooled_levels.level_label, effects.level)
            else 'Without ' || coalesce(pooled_levels.level_label, effects.level)
        end as part_label,
        cast(effects.n as bigint) as n,
        cast(effects.n_event as bigint) as n_event,
        cast(effects.n_risk as bigint) as n_risk,
        case
            when effects.quantity in ('survival', 'incidence') then 'percent'
            when effects.quantity = 'median' then 'months'
            else 'ratio'
        end as unit,
        effects.estimate
        * case when effects.quantity in ('survival', 'incidence') then 100 else 1 end
            as value,
        effects.ci_lower
        * case when effects.quantity in ('survival', 'incidence') then 100 else 1 end
            as ci_lower,
        effects.ci_upper
        * case when effects.quantity in ('survival', 'incidence') then 100 else 1 end
            as ci_upper,
        analysis_method.conf_level,
        coalesce(models.caution, analysis.caution) as caution,
        effects.status
    from pooling_effect as effects
    inner join analysis on effects.analysis_id = analysis.analysis_id
    inner join analysis_labels on effects.analysis_id = analysis_labels.analysis_id
    left join analysis_method on effects.analysis_id = analysis_method.analysis_id
    left join models
        on
            effects.analysis_id = models.analysis_id
            and effects.model = models.model
    left join populations on models.population = populations.population
    left join factors on effects.factor = factors.factor
    left join factors as pooled_factors
        on effects.pooled_over = pooled_factors.factor
    left join level_labels as strata_levels
        on
            analysis_labels.strata_factor = strata_levels.factor
            and effects.stratum = strata_levels.level
    left join level_labels as pooled_levels
        on
            effects.pooled_over = pooled_levels.factor
            and effects.level = pooled_levels.level
)

select * from pooling
order by analysis_order, line_order
