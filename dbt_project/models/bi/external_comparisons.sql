with external_comparison as (
    select * from {{ source('results', 'external_comparison') }}
),

external_summary as (
    select * from {{ source('results', 'external_summary') }}
),

analysis as (
    select * from {{ source('results', 'analysis') }}
),

method as (
    select * from {{ source('results', 'method') }}
),

analysis_labels as (
    select * from {{ ref('int_analysis_labels') }}
),

external_comparisons as (
    select
        analysis_labels.analysis_order,
        comparison.analysis_id,
        analysis_labels.analysis_label,
        analysis_labels.endpoint,
        analysis_labels.endpoint_label,
        analysis_labels.population_label,
        external_summary.label as external_label,
        comparison.adjustment,
        cast(comparison.n as bigint) as n,
        cast(comparison.n_event as bigint) as n_event,
        cast(comparison.n_external as bigint) as n_external,
        cast(comparison.n_event_external as bigint) as n_event_external,
        comparison.n_effective,
        cast(comparison.n_missing as bigint) as n_missing,
        comparison.log_rank_statistic,
        comparison.log_rank_p,
        comparison.hr,
        comparison.ci_lower,
        comparison.ci_upper,
        comparison.p_value,
        method.conf_level,
        analysis.caution,
        comparison.status
    from external_comparison as comparison
    inner join analysis on comparison.analysis_id = analysis.analysis_id
    inner join analysis_labels on comparison.analysis_id = analysis_labels.analysis_id
    inner join external_summary
        on
            comparison.analysis_id = external_summary.analysis_id
            and external_summary.stratum = 'external'
    left join method on comparison.analysis_id = method.analysis_id
)

select * from external_comparisons
order by analysis_order asc, adjustment desc
