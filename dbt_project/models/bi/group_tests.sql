with group_test as (
    select * from {{ source('results', 'group_test') }}
),

analysis_labels as (
    select * from {{ ref('int_analysis_labels') }}
),

endpoint_rules as (
    select * from {{ ref('stg_study__endpoint_rules') }}
),

event_labels as (
    select
        paramcd,
        role,
        {{ value_at_min('description', 'priority') }} as event_label
    from endpoint_rules
    where role in ('event', 'competing')
    group by paramcd, role
),

group_tests as (
    select
        analysis_labels.analysis_order,
        group_test.analysis_id,
        analysis_labels.analysis_label,
        analysis_labels.endpoint,
        analysis_labels.endpoint_label,
        analysis_labels.population_label,
        analysis_labels.strata_label,
        analysis_labels.stratified_by_label,
        group_test.test,
        case group_test.test
            when 'log_rank' then 'Log-rank test'
            when 'mantel_byar' then 'Mantel-Byar test'
            when 'gray' then 'Gray''s test'
            when 'stratified_log_rank' then 'Stratified log-rank test'
            when 'stratified_mantel_byar' then 'Stratified Mantel-Byar test'
            when 'stratified_gray' then 'Stratified Gray''s test'
            else group_test.test
        end as test_label,
        group_test.event,
        case
            when group_test.test in ('gray', 'stratified_gray')
                then coalesce(event_labels.event_label, group_test.event)
            else analysis_labels.endpoint_label
        end as compared_label,
        cast(group_test.n as bigint) as n,
        cast(group_test.n_event as bigint) as n_event,
        cast(group_test.n_missing as bigint) as n_missing,
        cast(group_test.n_strata as int) as n_strata,
        cast(group_test.n_strata_informative as int) as n_strata_informative,
        group_test.statistic as chi_square,
        cast(group_test.df as int) as df,
        group_test.p_value,
        group_test.caution,
        group_test.status
    from group_test
    inner join analysis_labels on group_test.analysis_id = analysis_labels.analysis_id
    left join event_labels
        on
            analysis_labels.endpoint = event_labels.paramcd
            and group_test.event = event_labels.role
)

select * from group_tests
order by analysis_order, event, test
