with median_difference as (
    select * from {{ source('results', 'median_difference') }}
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

median_differences as (
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
        cast(differences.n as bigint) as n,
        cast(differences.n_event as bigint) as n_event,
        cast(differences.n_reference as bigint) as n_reference,
        cast(differences.n_event_reference as bigint) as n_event_reference,
        differences.difference as difference_months,
        differences.ci_lower as ci_lower_months,
        differences.ci_upper as ci_upper_months,
        differences.ratio,
        differences.ratio_ci_lower,
        differences.ratio_ci_upper,
        differences.p_value,
        differences.conditional_from_months,
        analysis_method.conf_level,
        analysis.caution,
        differences.status
    from median_difference as differences
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

select * from median_differences
order by analysis_order
