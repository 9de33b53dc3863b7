with external_balance as (
    select * from {{ source('results', 'external_balance') }}
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

factors as (
    select * from {{ ref('stg_study__factors') }}
),

level_labels as (
    select * from {{ ref('int_level_labels') }}
),

external_balances as (
    select
        analysis_labels.analysis_order,
        external_balance.analysis_id,
        analysis_labels.analysis_label,
        analysis_labels.endpoint,
        analysis_labels.endpoint_label,
        analysis_labels.population_label,
        external_balance.display_order,
        external_balance.factor,
        coalesce(factors.label, external_balance.factor) as factor_label,
        external_balance.level,
        level_labels.level_label,
        external_balance.statistic,
        external_balance.published_value,
        external_balance.before,
        external_balance.after,
        cast(external_balance.n as bigint) as n,
        external_summary.n_effective,
        analysis.caution,
        external_balance.status
    from external_balance
    inner join analysis on external_balance.analysis_id = analysis.analysis_id
    inner join analysis_labels
        on external_balance.analysis_id = analysis_labels.analysis_id
    left join factors on external_balance.factor = factors.factor
    left join level_labels
        on
            external_balance.factor = level_labels.factor
            and external_balance.level = level_labels.level
    left join external_summary
        on
            external_balance.analysis_id = external_summary.analysis_id
            and external_summary.stratum = 'weighted'
)

select * from external_balances
order by analysis_order, display_order
