with subgroup_effect as (
    select * from {{ source('results', 'subgroup_effect') }}
),

subgroup_interaction as (
    select * from {{ source('results', 'subgroup_interaction') }}
),

cox_model as (
    select * from {{ source('results', 'cox_model') }}
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

subgroups as (
    select
        analysis_labels.analysis_order,
        effects.analysis_id,
        analysis_labels.analysis_label,
        analysis_labels.endpoint,
        analysis_labels.endpoint_label,
        effects.model,
        coalesce(populations.label, analysis_labels.population_label)
            as population_label,
        cast(
            row_number() over (
                partition by effects.analysis_id
                order by
                    effects.model,
                    subgroup_factors.display_order,
                    effects.subgroup,
                    level_labels.level_order,
                    effects.level
            ) as int
        ) as line_order,
        effects.factor,
        coalesce(factors.label, effects.factor) as factor_label,
        effects.numerator || ' / ' || effects.denominator as contrast,
        analysis_labels.stratified_by_label,
        effects.subgroup,
        coalesce(subgroup_factors.label, effects.subgroup) as subgroup_label,
        effects.level,
        coalesce(level_labels.level_label, effects.level) as level_label,
        cast(effects.n as bigint) as n,
        cast(effects.n_event as bigint) as n_event,
        cast(interactions.n_missing as bigint) as n_missing,
        effects.hr,
        effects.ci_lower,
        effects.ci_upper,
        effects.p_value,
        cast(interactions.df as int) as interaction_df,
        interactions.lr_p as interaction_p,
        cox_model.caution,
        effects.status,
        interactions.status as interaction_status
    from subgroup_effect as effects
    inner join subgroup_interaction as interactions
        on
            effects.analysis_id = interactions.analysis_id
            and effects.model = interactions.model
            and effects.subgroup = interactions.subgroup
    inner join cox_model
        on
            effects.analysis_id = cox_model.analysis_id
            and effects.model = cox_model.model
    inner join analysis_labels on effects.analysis_id = analysis_labels.analysis_id
    left join level_labels
        on
            effects.subgroup = level_labels.factor
            and effects.level = level_labels.level
    left join factors on effects.factor = factors.factor
    left join factors as subgroup_factors
        on effects.subgroup = subgroup_factors.factor
    left join populations on cox_model.population = populations.population
)

select * from subgroups
order by analysis_order, line_order
