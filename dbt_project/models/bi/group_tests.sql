with group_test as (
    select * from {{ source('results', 'group_test') }}
),

analysis_labels as (
    select * from {{ ref('int_analysis_labels') }}
),

event_labels as (
    select * from {{ ref('int_event_labels') }}
),

level_labels as (
    select * from {{ ref('int_level_labels') }}
),

named_tests as (
    select
        analysis_id,
        test,
        event,
        regexp_replace(test, '^stratified_', '') as test_name
    from group_test
),

-- the levels of the two groups of a test of a pair
pairs as (
    select
        analysis_id,
        test,
        event,
        split_part(replace(test_name, 'pairwise(', ''), ', ', 1) as first_level,
        replace(split_part(test_name, ', ', 2), ')', '') as second_level
    from named_tests
    where starts_with(test_name, 'pairwise')
),

labelled_pairs as (
    select
        pairs.analysis_id,
        pairs.test,
        pairs.event,
        coalesce(first_levels.level_label, pairs.first_level)
        || ', '
        || coalesce(second_levels.level_label, pairs.second_level) as pair_label
    from pairs
    inner join analysis_labels on pairs.analysis_id = analysis_labels.analysis_id
    left join level_labels as first_levels
        on
            analysis_labels.strata_factor = first_levels.factor
            and pairs.first_level = first_levels.level
    left join level_labels as second_levels
        on
            analysis_labels.strata_factor = second_levels.factor
            and pairs.second_level = second_levels.level
),

test_labels as (
    select
        named_tests.analysis_id,
        named_tests.test,
        named_tests.event,
        case
            when named_tests.test_name = 'log_rank' then 'Log-rank test'
            when named_tests.test_name = 'mantel_byar' then 'Mantel-Byar test'
            when named_tests.test_name = 'gray' then 'Gray''s test'
            when named_tests.test_name = 'gehan' then 'Gehan''s Wilcoxon test'
            when named_tests.test_name = 'tarone_ware' then 'Tarone-Ware test'
            when named_tests.test_name = 'peto_peto' then 'Peto-Peto test'
            when named_tests.test_name = 'modified_peto' then 'Modified Peto-Peto test'
            when named_tests.test_name = 'trend' then 'Log-rank test for trend'
            when named_tests.test_name = 'max_combo' then 'Max-combo test'
            when starts_with(named_tests.test_name, 'fleming_harrington')
                then
                    replace(
                        named_tests.test_name,
                        'fleming_harrington',
                        'Fleming-Harrington test '
                    )
            when starts_with(named_tests.test_name, 'pairwise')
                then 'Log-rank test of a pair (' || labelled_pairs.pair_label || ')'
            else named_tests.test_name
        end as label
    from named_tests
    left join labelled_pairs
        on
            named_tests.analysis_id = labelled_pairs.analysis_id
            and named_tests.test = labelled_pairs.test
            and named_tests.event = labelled_pairs.event
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
        case
            when starts_with(group_test.test, 'stratified_')
                then
                    'Stratified ' || case
                        when
                            regexp_matches(
                                test_labels.label, '^(Log-rank|Max-combo|Modified)'
                            )
                            then lower(test_labels.label[1]) || test_labels.label[2:]
                        else test_labels.label
                    end
            else test_labels.label
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
        group_test.p_adjusted,
        group_test.caution,
        group_test.status
    from group_test
    inner join analysis_labels on group_test.analysis_id = analysis_labels.analysis_id
    inner join test_labels
        on
            group_test.analysis_id = test_labels.analysis_id
            and group_test.test = test_labels.test
            and group_test.event = test_labels.event
    left join event_labels
        on
            analysis_labels.endpoint = event_labels.paramcd
            and group_test.event = event_labels.role
)

select * from group_tests
order by analysis_order, event, test
