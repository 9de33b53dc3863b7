with survival_summary as (
    select * from {{ source('results', 'survival_summary') }}
),

follow_up as (
    select * from {{ source('results', 'follow_up') }}
),

analysis as (
    select * from {{ source('results', 'analysis') }}
),

analysis_labels as (
    select * from {{ ref('int_analysis_labels') }}
),

level_labels as (
    select * from {{ ref('int_level_labels') }}
),

follow_up_of_strata as (
    select
        analysis_id,
        stratum,
        max(case when statistic = 'reverse_km_median' then months end)
            as follow_up_median_months,
        max(case when over = 'censored' and statistic = 'min' then months end)
            as follow_up_min_months,
        max(case when over = 'censored' and statistic = 'max' then months end)
            as follow_up_max_months
    from follow_up
    group by analysis_id, stratum
),

endpoint_summary as (
    select
        analysis_labels.analysis_order,
        survival_summary.analysis_id,
        analysis_labels.analysis_label,
        analysis_labels.endpoint,
        analysis_labels.endpoint_label,
        analysis_labels.population_label,
        analysis_labels.strata_label,
        survival_summary.stratum,
        coalesce(level_labels.level_label, 'All') as stratum_label,
        cast(coalesce(level_labels.level_order, 1) as int) as stratum_order,
        cast(survival_summary.n as bigint) as n,
        cast(survival_summary.n_event as bigint) as n_event,
        survival_summary.median_months,
        survival_summary.median_ci_lower,
        survival_summary.median_ci_upper,
        survival_summary.conditional_from_months,
        follow_up_of_strata.follow_up_median_months,
        follow_up_of_strata.follow_up_min_months,
        follow_up_of_strata.follow_up_max_months,
        analysis.caution,
        analysis.inferred,
        survival_summary.status
    from survival_summary
    inner join analysis on survival_summary.analysis_id = analysis.analysis_id
    inner join analysis_labels
        on survival_summary.analysis_id = analysis_labels.analysis_id
    left join level_labels
        on
            analysis_labels.strata_factor = level_labels.factor
            and survival_summary.stratum = level_labels.level
    left join follow_up_of_strata
        on
            survival_summary.analysis_id = follow_up_of_strata.analysis_id
            and survival_summary.stratum = follow_up_of_strata.stratum
)

select * from endpoint_summary
order by analysis_order, stratum_order, stratum
