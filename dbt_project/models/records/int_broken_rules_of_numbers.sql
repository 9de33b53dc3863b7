with covered_tests as (
    select * from {{ ref('int_covered_tests') }}
),

tests_in_another_unit as (
    select * from {{ ref('int_tests_in_another_unit') }}
),

unreadable_numbers as (
    select
        src_file,
        src_row,
        case domain when 'EX' then 'value' else 'record' end as turns_away,
        'unreadable_number' as rule,
        number_variable as variable,
        number_given as value
    from {{ ref('int_staged_records') }}
    where number_given is not null and result_number is null
),

-- nothing is nothing in every unit
numbers_in_another_unit as (
    select
        records.src_file,
        records.src_row,
        'record' as turns_away,
        'wrong_unit' as rule,
        records.domain || 'STRESU' as variable,
        records.unit as value
    from {{ ref('int_staged_records') }} as records
    inner join tests_in_another_unit
        on
            records.src_trial = tests_in_another_unit.src_trial
            and records.domain = tests_in_another_unit.domain
            and coalesce(records.testcd, '')
            = coalesce(tests_in_another_unit.testcd, '')
            and coalesce(records.category, '')
            = coalesce(tests_in_another_unit.category, '')
            and coalesce(records.specimen, '')
            = coalesce(tests_in_another_unit.specimen, '')
            and coalesce(records.evaluator, '')
            = coalesce(tests_in_another_unit.evaluator, '')
            and coalesce(records.unit, '') = coalesce(tests_in_another_unit.unit, '')
    where records.result_number <> 0
),

-- a percentage is no impossible share of cells: its unit is what is wrong
impossible_numbers as (
    select
        records.src_file,
        records.src_row,
        'record' as turns_away,
        'impossible_number' as rule,
        records.number_variable as variable,
        records.number_given as value
    from {{ ref('int_staged_records') }} as records
    left join covered_tests
        on
            records.src_trial = covered_tests.src_trial
            and records.domain = covered_tests.domain
            and coalesce(records.testcd, '') = coalesce(covered_tests.testcd, '')
    left join numbers_in_another_unit
        on
            records.src_file = numbers_in_another_unit.src_file
            and records.src_row = numbers_in_another_unit.src_row
    where
        (records.domain = 'EX' and records.result_number < 0)
        or (
            covered_tests.is_mrd
            and records.result_number not between 0 and 1
            and numbers_in_another_unit.src_row is null
        )
),

broken_rules as (
    select * from unreadable_numbers
    union all
    select * from numbers_in_another_unit
    union all
    select * from impossible_numbers
)

select * from broken_rules
