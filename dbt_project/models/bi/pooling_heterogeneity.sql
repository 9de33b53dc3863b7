with pooling_heterogeneity as (
    select * from {{ source('results', 'pooling_heterogeneity') }}
),

-- each number that the parts are compared in has one line of all subjects
numbers as (
    select * from {{ ref('pooling') }}
    where part = 'all'
),

tests_with_labels as (
    select
        numbers.analysis_order,
        tests.analysis_id,
        numbers.analysis_label,
        numbers.endpoint,
        numbers.endpoint_label,
        numbers.population_label,
        cast(
            row_number() over (
                partition by tests.analysis_id
                order by numbers.line_order
            ) as int
        ) as line_order,
        tests.model,
        tests.factor,
        numbers.factor_label,
        numbers.contrast,
        tests.stratum,
        numbers.stratum_label,
        tests.event,
        tests.quantity,
        tests.time_months,
        tests.pooled_over,
        numbers.pooled_over_label,
        cast(tests.n as bigint) as n,
        cast(tests.n_event as bigint) as n_event,
        cast(tests.n_estimates as int) as n_estimates,
        tests.statistic as chi_square,
        cast(tests.df as int) as df,
        tests.p_value,
        100 * tests.i_squared as i_squared_percent,
        tests.tau_squared,
        tests.lr_statistic as lr_chi_square,
        cast(tests.lr_df as int) as interaction_df,
        tests.lr_p as interaction_p,
        numbers.caution,
        tests.status,
        tests.lr_status as interaction_status
    from pooling_heterogeneity as tests
    inner join numbers
        on
            tests.analysis_id = numbers.analysis_id
            and tests.quantity = numbers.quantity
            and coalesce(tests.model, '') = coalesce(numbers.model, '')
            and coalesce(tests.factor, '') = coalesce(numbers.factor, '')
            and coalesce(tests.numerator || ' / ' || tests.denominator, '')
            = coalesce(numbers.contrast, '')
            and coalesce(tests.stratum, '') = coalesce(numbers.stratum, '')
            and coalesce(tests.event, '') = coalesce(numbers.event, '')
            and coalesce(tests.time_months, -1) = coalesce(numbers.time_months, -1)
)

select * from tests_with_labels
order by analysis_order, line_order
