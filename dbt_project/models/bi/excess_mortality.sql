with excess_rows as (
    select * from {{ source('results', 'excess_mortality') }}
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

excess_mortality as (
    select
        analysis_labels.analysis_order,
        excess_rows.analysis_id,
        analysis_labels.analysis_label,
        analysis_labels.endpoint,
        analysis_labels.endpoint_label,
        analysis_labels.population_label,
        analysis_labels.strata_label,
        excess_rows.stratum,
        coalesce(level_labels.level_label, 'All') as stratum_label,
        cast(coalesce(level_labels.level_order, 1) as int) as stratum_order,
        cast(excess_rows.interval_order as int) as interval_order,
        excess_rows.from_months,
        excess_rows.to_months,
        cast(excess_rows.n as bigint) as n,
        cast(excess_rows.n_missing as bigint) as n_missing,
        cast(excess_rows.n_event as bigint) as n_event,
        excess_rows.n_expected,
        excess_rows.patient_years,
        excess_rows.excess_rate,
        excess_rows.excess_ci_lower,
        excess_rows.excess_ci_upper,
        excess_rows.smr,
        excess_rows.smr_ci_lower,
        excess_rows.smr_ci_upper,
        analysis_method.conf_level,
        excess_rows.caution,
        excess_rows.status
    from excess_rows
    inner join analysis_labels
        on excess_rows.analysis_id = analysis_labels.analysis_id
    left join analysis_method
        on excess_rows.analysis_id = analysis_method.analysis_id
    left join level_labels
        on
            analysis_labels.strata_factor = level_labels.factor
            and excess_rows.stratum = level_labels.level
)

select * from excess_mortality
order by analysis_order, stratum_order, stratum, interval_order
