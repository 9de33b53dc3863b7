with survival_difference as (
    select * from {{ source('results', 'survival_difference') }}
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

survival_differences as (
    select
        analysis_labels.analysis_order,
        differences.analysis_id,
        analysis_labels.analysis_label,
        analysis_labels.endpoint,
        analysis_labels.endpoint_label,
        analysis_labels.population_label,
        analysis_labels.strata_label,
        differences.stratum,
        coalesce(first_levels.level_label, differences.stratum) as stratum_label,
        differences.reference_stratum,
        coalesce(
            second_levels.level_label, differences.reference_stratum
        ) as reference_label,
        differences.time_months,
        cast(differences.n as bigint) as n,
        cast(differences.n_event as bigint) as n_event,
        cast(differences.n_risk as bigint) as n_risk,
        cast(differences.n_reference as bigint) as n_reference,
        cast(differences.n_event_reference as bigint) as n_event_reference,
        cast(differences.n_risk_reference as bigint) as n_risk_reference,
        100 * differences.difference as difference_points,
        100 * differences.ci_lower as ci_lower_points,
        100 * differences.ci_upper as ci_upper_points,
        differences.statistic as chi_square,
        differences.p_value,
        differences.ratio,
        differences.ratio_ci_lower,
        differences.ratio_ci_upper,
        differences.conditional_from_months,
        analysis_method.conf_level,
        analysis.caution,
        differences.status
    from survival_difference as differences
    inner join analysis on differences.analysis_id = analysis.analysis_id
    inner join analysis_labels
        on differences.analysis_id = analysis_labels.analysis_id
    left join analysis_method
        on differences.analysis_id = analysis_method.analysis_id
    left join level_labels as first_levels
        on
            analysis_labels.strata_factor = first_levels.factor
            and differences.stratum = first_levels.level
    left join level_labels as second_levels
        on
            analysis_labels.strata_factor = second_levels.factor
            and differences.reference_stratum = second_levels.level
)

select * from survival_differences
order by analysis_order, time_months
