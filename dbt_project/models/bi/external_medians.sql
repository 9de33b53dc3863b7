with external_summary as (
    select * from {{ source('results', 'external_summary') }}
),

analysis as (
    select * from {{ source('results', 'analysis') }}
),

analysis_labels as (
    select * from {{ ref('int_analysis_labels') }}
),

external_medians as (
    select
        analysis_labels.analysis_order,
        external_summary.analysis_id,
        analysis_labels.analysis_label,
        analysis_labels.endpoint,
        analysis_labels.endpoint_label,
        analysis_labels.population_label,
        external_summary.stratum,
        external_summary.label as stratum_label,
        case external_summary.stratum
            when 'study' then 1 when 'weighted' then 2 else 3
        end as stratum_order,
        cast(external_summary.n as bigint) as n,
        cast(external_summary.n_event as bigint) as n_event,
        external_summary.n_effective,
        external_summary.median_months,
        external_summary.median_ci_lower,
        external_summary.median_ci_upper,
        analysis.caution,
        external_summary.status
    from external_summary
    inner join analysis on external_summary.analysis_id = analysis.analysis_id
    inner join analysis_labels
        on external_summary.analysis_id = analysis_labels.analysis_id
)

select * from external_medians
order by analysis_order, stratum_order
