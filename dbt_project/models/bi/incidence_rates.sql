with incidence_rate as (
    select * from {{ source('results', 'incidence_rate') }}
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

event_labels as (
    select * from {{ ref('int_event_labels') }}
),

incidence_rates as (
    select
        analysis_labels.analysis_order,
        rates.analysis_id,
        analysis_labels.analysis_label,
        analysis_labels.endpoint,
        analysis_labels.endpoint_label,
        analysis_labels.population_label,
        analysis_labels.strata_label,
        rates.stratum,
        coalesce(level_labels.level_label, 'All') as stratum_label,
        cast(coalesce(level_labels.level_order, 1) as int) as stratum_order,
        rates.event,
        coalesce(event_labels.event_label, rates.event) as event_label,
        cast(
            row_number() over (
                partition by rates.analysis_id, rates.stratum, rates.event
                order by
                    rates.from_months = 0 and rates.to_months is null,
                    rates.from_months
            ) as int
        ) as interval_order,
        rates.from_months,
        rates.to_months,
        cast(rates.n as bigint) as n,
        cast(rates.n_event as bigint) as n_event,
        rates.patient_years,
        rates.rate,
        rates.ci_lower,
        rates.ci_upper,
        analysis_method.conf_level,
        analysis.caution,
        rates.status
    from incidence_rate as rates
    inner join analysis on rates.analysis_id = analysis.analysis_id
    inner join analysis_labels
        on rates.analysis_id = analysis_labels.analysis_id
    left join analysis_method
        on rates.analysis_id = analysis_method.analysis_id
    left join level_labels
        on
            analysis_labels.strata_factor = level_labels.factor
            and rates.stratum = level_labels.level
    left join event_labels
        on
            analysis_labels.endpoint = event_labels.paramcd
            and rates.event = event_labels.role
)

select * from incidence_rates
order by analysis_order, stratum_order, stratum, event, interval_order
