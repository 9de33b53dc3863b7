with outcome_difference as (
    select * from {{ source('results', 'outcome_difference') }}
),

clinical_outcomes as (
    select * from {{ source('results', 'clinical_outcomes') }}
),

analysis_method as (
    select * from {{ source('results', 'method') }}
),

analysis_labels as (
    select * from {{ ref('int_analysis_labels') }}
),

populations as (
    select * from {{ ref('stg_study__populations') }}
),

outcome_differences as (
    select
        analysis_labels.analysis_order,
        differences.analysis_id,
        analysis_labels.analysis_label,
        cast(outcomes.display_order as int) as line_order,
        differences.outcome,
        differences.level,
        outcomes.label,
        cast(outcomes.indent as int) as indent,
        differences.group_population,
        compared_groups.label as group_label,
        cast(differences.n as bigint) as n,
        cast(differences.denominator as bigint) as denominator,
        differences.reference_population,
        reference_groups.label as reference_label,
        cast(differences.n_reference as bigint) as n_reference,
        cast(differences.denominator_reference as bigint) as denominator_reference,
        differences.difference as difference_points,
        differences.ci_lower as ci_lower_points,
        differences.ci_upper as ci_upper_points,
        differences.fisher_p,
        differences.odds_ratio,
        differences.odds_ratio_ci_lower,
        differences.odds_ratio_ci_upper,
        analysis_labels.stratified_by_label,
        cast(differences.n_missing as bigint) as n_missing,
        cast(differences.n_strata as int) as n_strata,
        cast(differences.n_strata_informative as int) as n_strata_informative,
        differences.cmh_statistic as cmh_chi_square,
        differences.cmh_p,
        differences.common_odds_ratio,
        differences.common_odds_ratio_ci_lower,
        differences.common_odds_ratio_ci_upper,
        analysis_method.conf_level,
        differences.caution,
        differences.status,
        differences.odds_ratio_status,
        differences.cmh_status,
        differences.common_odds_ratio_status
    from outcome_difference as differences
    inner join clinical_outcomes as outcomes
        on
            differences.analysis_id = outcomes.analysis_id
            and differences.group_population = outcomes.group_population
            and differences.outcome = outcomes.outcome
            and differences.level = outcomes.level
    inner join analysis_labels
        on differences.analysis_id = analysis_labels.analysis_id
    left join analysis_method
        on differences.analysis_id = analysis_method.analysis_id
    left join populations as compared_groups
        on differences.group_population = compared_groups.population
    left join populations as reference_groups
        on differences.reference_population = reference_groups.population
)

select * from outcome_differences
order by analysis_order, line_order
