with joint_test as (
    select * from {{ source('results', 'joint_test') }}
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

joint_tests as (
    select
        analysis_labels.analysis_order,
        tests.analysis_id,
        analysis_labels.analysis_label,
        analysis_labels.endpoint,
        analysis_labels.endpoint_label,
        tests.model,
        cast(tests.display_order as int) as line_order,
        tests.factor,
        coalesce(factors.label || ' x ' || crossed.label, factors.label, tests.factor)
            as factor_label,
        tests.component,
        cast(tests.df as int) as df,
        tests.wald_statistic as wald_chi_square,
        tests.wald_p,
        tests.lr_statistic as lr_chi_square,
        tests.lr_p,
        cast(tests.n as bigint) as n,
        cast(tests.n_event as bigint) as n_event,
        analysis.caution,
        tests.status,
        tests.lr_status
    from joint_test as tests
    inner join analysis on tests.analysis_id = analysis.analysis_id
    inner join analysis_labels on tests.analysis_id = analysis_labels.analysis_id
    left join factors on split_part(tests.factor, ' x ', 1) = factors.factor
    left join factors as crossed
        on split_part(tests.factor, ' x ', 2) = crossed.factor
)

select * from joint_tests
order by analysis_order, line_order
