with parametric_parameter as (
    select * from {{ source('results', 'parametric_parameter') }}
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

parametric_parameters as (
    select
        analysis_labels.analysis_order,
        parametric_parameter.analysis_id,
        analysis_labels.analysis_label,
        analysis_labels.endpoint,
        analysis_labels.endpoint_label,
        analysis_labels.population_label,
        analysis_labels.strata_label,
        parametric_parameter.stratum,
        coalesce(level_labels.level_label, 'All') as stratum_label,
        cast(coalesce(level_labels.level_order, 1) as int) as stratum_order,
        parametric_parameter.model,
        parametric_parameter.parameter,
        cast(parametric_parameter.n as bigint) as n,
        cast(parametric_parameter.n_event as bigint) as n_event,
        parametric_parameter.estimate,
        parametric_parameter.std_error,
        parametric_parameter.ci_lower,
        parametric_parameter.ci_upper,
        analysis_method.conf_level,
        analysis.caution,
        parametric_parameter.status
    from parametric_parameter
    inner join analysis on parametric_parameter.analysis_id = analysis.analysis_id
    inner join analysis_labels
        on parametric_parameter.analysis_id = analysis_labels.analysis_id
    left join analysis_method
        on parametric_parameter.analysis_id = analysis_method.analysis_id
    left join level_labels
        on
            analysis_labels.strata_factor = level_labels.factor
            and parametric_parameter.stratum = level_labels.level
)

select * from parametric_parameters
order by analysis_order, stratum_order, stratum, model, parameter
