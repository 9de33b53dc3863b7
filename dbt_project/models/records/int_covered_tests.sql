with terms as (
    select * from {{ ref('stg_study__terms') }}
),

trials as (
    select * from {{ ref('stg_study__trials') }}
),

tests as (
    select distinct
        src_trial,
        domain,
        testcd
    from {{ ref('int_staged_records') }}
    where is_vocabulary_closed
),

tests_of_terms as (
    select
        trials.trial_id,
        terms.domain,
        terms.testcd,
        max(case when terms.category = 'mrd' then 1 else 0 end) as of_mrd
    from terms
    inner join trials
        on terms.trial_id = trials.trial_id or terms.trial_id is null
    group by trials.trial_id, terms.domain, terms.testcd
),

covered_tests as (
    select
        tests.src_trial,
        tests.domain,
        tests.testcd,
        max(tests_of_terms.of_mrd) = 1 as is_mrd
    from tests
    inner join tests_of_terms
        on
            tests.src_trial = tests_of_terms.trial_id
            and tests.domain = tests_of_terms.domain
            and (
                {{ upper_case('tests.testcd') }} = tests_of_terms.testcd
                or tests_of_terms.testcd is null
            )
    group by tests.src_trial, tests.domain, tests.testcd
)

select * from covered_tests
