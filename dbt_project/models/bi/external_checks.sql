with external_check as (
    select * from {{ source('results', 'external_check') }}
),

external_summary as (
    select * from {{ source('results', 'external_summary') }}
),

analysis as (
    select * from {{ source('results', 'analysis') }}
),

analysis_labels as (
    select * from {{ ref('int_analysis_labels') }}
),

external_checks as (
    select
        analysis_labels.analysis_order,
        external_check.analysis_id,
        analysis_labels.analysis_label,
        analysis_labels.endpoint,
        analysis_labels.endpoint_label,
        analysis_labels.population_label,
        external_summary.label as external_label,
        external_check.quantity,
        coalesce(external_check.time_months, 0) as time_months,
        external_check.published_value,
        external_check.reconstructed,
        external_check.tolerance,
        analysis.caution,
        external_check.status
    from external_check
    inner join analysis on external_check.analysis_id = analysis.analysis_id
    inner join analysis_labels
        on external_check.analysis_id = analysis_labels.analysis_id
    inner join external_summary
        on
            external_check.analysis_id = external_summary.analysis_id
            and external_summary.stratum = 'external'
)

select * from external_checks
order by analysis_order, quantity, time_months
