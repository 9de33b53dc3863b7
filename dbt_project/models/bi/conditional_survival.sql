with conditional_survival as (
    select * from {{ source('results', 'conditional_survival') }}
),

analysis as (
    select * from {{ source('results', 'analysis') }}
),

analysis_method as (
    select * from {{ source('results', 'method') }}
),

analysis_labels as (
    select * from {{ ref('int_analysis_labels') }}
),

level_labels as (
    select * from {{ ref('int_level_labels') }}
),

conditional_survival_labelled as (
    select
        analysis_labels.analysis_order,
        conditional_survival.analysis_id,
        analysis_labels.analysis_label,
        analysis_labels.endpoint,
        analysis_labels.endpoint_label,
        analysis_labels.population_label,
        analysis_labels.strata_label,
        conditional_survival.stratum,
        coalesce(level_labels.level_label, 'All') as stratum_label,
        cast(coalesce(level_labels.level_order, 1) as int) as stratum_order,
        conditional_survival.at_months,
        conditional_survival.further_months,
        cast(conditional_survival.n as bigint) as n,
        cast(conditional_survival.n_event as bigint) as n_event,
        cast(conditional_survival.n_given as bigint) as n_given,
        100 * conditional_survival.estimate as survival_percent,
        100 * conditional_survival.ci_lower as ci_lower_percent,
        100 * conditional_survival.ci_upper as ci_upper_percent,
        cast(conditional_survival.n_risk as bigint) as n_risk,
        analysis_method.conf_level,
        analysis.caution,
        conditional_survival.status
    from conditional_survival
    inner join analysis on conditional_survival.analysis_id = analysis.analysis_id
    inner join analysis_labels
        on conditional_survival.analysis_id = analysis_labels.analysis_id
    left join analysis_method
        on conditional_survival.analysis_id = analysis_method.analysis_id
    left join level_labels
        on
            analysis_labels.strata_factor = level_labels.factor
            and conditional_survival.stratum = level_labels.level
)

select * from conditional_survival_labelled
order by analysis_order, stratum_order, stratum, at_months, further_months
