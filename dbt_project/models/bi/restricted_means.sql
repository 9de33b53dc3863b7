with restricted_mean as (
    select * from {{ source('results', 'restricted_mean') }}
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

restricted_means as (
    select
        analysis_labels.analysis_order,
        restricted_mean.analysis_id,
        analysis_labels.analysis_label,
        analysis_labels.endpoint,
        analysis_labels.endpoint_label,
        analysis_labels.population_label,
        analysis_labels.strata_label,
        restricted_mean.stratum,
        coalesce(level_labels.level_label, 'All') as stratum_label,
        cast(coalesce(level_labels.level_order, 1) as int) as stratum_order,
        restricted_mean.horizon_months,
        cast(restricted_mean.n as bigint) as n,
        cast(restricted_mean.n_event as bigint) as n_event,
        restricted_mean.restricted_mean_months,
        restricted_mean.ci_lower as ci_lower_months,
        restricted_mean.ci_upper as ci_upper_months,
        restricted_mean.conditional_from_months,
        analysis_method.conf_level,
        analysis.caution,
        restricted_mean.status
    from restricted_mean
    inner join analysis on restricted_mean.analysis_id = analysis.analysis_id
    inner join analysis_labels
        on restricted_mean.analysis_id = analysis_labels.analysis_id
    left join analysis_method
        on restricted_mean.analysis_id = analysis_method.analysis_id
    left join level_labels
        on
            analysis_labels.strata_factor = level_labels.factor
            and restricted_mean.stratum = level_labels.level
)

select * from restricted_means
order by analysis_order, stratum_order, stratum, horizon_months
