with state_time as (
    select * from {{ source('results', 'state_time') }}
),

analysis_method as (
    select * from {{ source('results', 'method') }}
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

state_labels as (
    select * from {{ ref('int_state_labels') }}
),

state_times as (
    select
        analysis_labels.analysis_order,
        state_time.analysis_id,
        analysis_labels.analysis_label,
        analysis_labels.endpoint,
        analysis_labels.endpoint_label,
        analysis_labels.population_label,
        analysis_labels.strata_label,
        state_time.stratum,
        coalesce(level_labels.level_label, 'All') as stratum_label,
        cast(coalesce(level_labels.level_order, 1) as int) as stratum_order,
        state_time.state,
        coalesce(state_labels.state_label, state_time.state) as state_label,
        state_labels.state_order,
        state_time.is_sum,
        state_time.horizon_months,
        cast(state_time.n as bigint) as n,
        state_time.mean_months,
        state_time.ci_lower as ci_lower_months,
        state_time.ci_upper as ci_upper_months,
        analysis_method.conf_level,
        analysis.caution,
        state_time.status
    from state_time
    inner join analysis on state_time.analysis_id = analysis.analysis_id
    inner join analysis_labels on state_time.analysis_id = analysis_labels.analysis_id
    left join level_labels
        on
            analysis_labels.strata_factor = level_labels.factor
            and state_time.stratum = level_labels.level
    left join state_labels
        on
            state_time.analysis_id = state_labels.analysis_id
            and state_time.state = state_labels.state
    left join analysis_method
        on state_time.analysis_id = analysis_method.analysis_id
)

select * from state_times
order by analysis_order, stratum_order, stratum, horizon_months, state_order
