with covered_tests as (
    select * from {{ ref('int_covered_tests') }}
),

factors as (
    select * from {{ ref('stg_study__factors') }}
),

measured_tests as (
    select distinct
        src_trial,
        domain,
        testcd,
        category,
        specimen,
        evaluator,
        unit
    from {{ ref('int_staged_records') }}
    where result_number is not null
),

of_residual_disease as (
    select measured_tests.*
    from measured_tests
    inner join covered_tests
        on
            measured_tests.src_trial = covered_tests.src_trial
            and measured_tests.domain = covered_tests.domain
            and coalesce(measured_tests.testcd, '') = coalesce(covered_tests.testcd, '')
    where
        covered_tests.is_mrd
        and coalesce(measured_tests.unit, '')
        <> {{ wording(free_text('mrd_unit')) }}
),

-- a test that a factor is made of has the factor's unit; LB alone has units
of_factors as (
    select
        measured_tests.src_trial,
        measured_tests.domain,
        measured_tests.testcd,
        measured_tests.category,
        measured_tests.specimen,
        measured_tests.evaluator,
        measured_tests.unit
    from measured_tests
    inner join factors
        on
            measured_tests.domain = factors.domain
            and {{ wording('measured_tests.testcd') }} = factors.testcd
            and (
                factors.category is null
                or factors.category = {{ wording('measured_tests.category') }}
            )
            and (
                factors.specimen is null
                or factors.specimen = {{ wording('measured_tests.specimen') }}
            )
            and (
                factors.evaluator is null
                or factors.evaluator = {{ wording('measured_tests.evaluator') }}
            )
    where
        measured_tests.domain = 'LB'
        and factors.unit is not null
        and factors.timing = 'baseline'
    group by
        measured_tests.src_trial,
        measured_tests.domain,
        measured_tests.testcd,
        measured_tests.category,
        measured_tests.specimen,
        measured_tests.evaluator,
        measured_tests.unit
    having
        max(
            case
                when measured_tests.unit = {{ wording('factors.unit') }} then 1 else 0
            end
        ) = 0
),

tests_in_another_unit as (
    select * from of_residual_disease
    union
    select * from of_factors
)

select * from tests_in_another_unit
