with records as (
    select * from {{ ref('int_staged_records') }}
),

-- the parts of all records that are looked up, each read by itself: a CTE that is used
-- twice is held in memory whole
demographics as (
    select
        src_trial,
        studyid,
        usubjid,
        content,
        src_file,
        src_row
    from {{ ref('int_staged_records') }}
    where
        domain = 'DM'
        and missing_variable is null
        and coalesce(upper(domain_given), domain) = domain
),

tests as (
    select distinct
        src_trial,
        domain,
        testcd
    from {{ ref('int_staged_records') }}
    where is_vocabulary_closed
),

measured_tests as (
    select distinct
        domain,
        testcd,
        category,
        specimen,
        evaluator,
        unit
    from {{ ref('int_staged_records') }}
    where domain = 'LB' and result_number is not null
),

record_terms as (
    select * from {{ ref('int_record_terms') }}
),

terms as (
    select * from {{ ref('stg_study__terms') }}
),

trials as (
    select * from {{ ref('stg_study__trials') }}
),

factors as (
    select * from {{ ref('stg_study__factors') }}
),

enrolled_again as (
    select
        src_trial,
        usubjid
    from {{ ref('int_repeated_persons') }}
    where not is_kept
),

subjects as (
    select
        demographics.src_trial,
        demographics.usubjid,
        demographics.src_file,
        demographics.src_row
    from demographics
    left join enrolled_again
        on
            demographics.src_trial = enrolled_again.src_trial
            and demographics.usubjid = enrolled_again.usubjid
    where
        demographics.usubjid is not null
        and coalesce(demographics.studyid, demographics.src_trial)
        = demographics.src_trial
        and enrolled_again.usubjid is null
    -- one subject, one record, whatever the order of the files
    qualify
        row_number() over (
            partition by demographics.usubjid
            order by
                demographics.src_trial,
                demographics.content,
                demographics.src_file,
                demographics.src_row
        ) = 1
),

covered_tests as (
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

-- a test that a factor is made of has the factor's unit
tests_in_another_unit as (
    select
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
    where factors.unit is not null and factors.timing = 'baseline'
    group by
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

tests_covered as (
    select
        tests.src_trial,
        tests.domain,
        tests.testcd,
        max(covered_tests.of_mrd) = 1 as is_mrd
    from tests
    inner join covered_tests
        on
            tests.src_trial = covered_tests.trial_id
            and tests.domain = covered_tests.domain
            and (
                upper(tests.testcd) = covered_tests.testcd
                or covered_tests.testcd is null
            )
    group by tests.src_trial, tests.domain, tests.testcd
),

known_wordings as (
    select distinct
        src_file,
        src_row
    from record_terms
),

qualifiers_of_records as (
    select distinct
        src_file,
        src_row
    from {{ ref('int_qualified_records') }}
),

checked as (
    select
        records.*,
        case
            when records.missing_variable is not null then 'missing_key'
            when records.studyid <> records.src_trial then 'wrong_study'
            when upper(records.domain_given) <> records.domain then 'wrong_domain'
            when not {{ matches('records.testcd', '^[A-Za-z_][A-Za-z0-9_]{0,7}$') }}
                then 'malformed_code'
            when enrolled_again.usubjid is not null then 'repeated_person'
            when subjects.usubjid is null then 'unknown_subject'
            when records.domain = 'SUPP' and qualifiers_of_records.src_row is null
                then 'unknown_record'
            when upper(records.stat) = 'NOT DONE' then 'not_done'
            -- a history whose date nobody can read is still history
            when
                records.is_date_needed
                and records.dtc is not null
                and records.adt is null
                then 'unreadable_date'
            when records.is_date_needed and records.dtc is null then 'missing_date'
            when records.number_given is not null and records.result_number is null
                then 'unreadable_number'
            when records.is_number_needed and records.result_number is null
                then 'missing_result'
            when
                records.is_result_needed
                and records.wording is null
                and records.result_number is null
                then 'missing_result'
            when records.is_number_needed and records.result_number < 0
                then 'impossible_number'
            -- nothing is nothing in every unit
            when
                records.result_number <> 0
                and (
                    tests_in_another_unit.domain is not null
                    or (
                        tests_covered.is_mrd
                        and coalesce(records.unit, '')
                        <> {{ wording("'" ~ var('mrd_unit') ~ "'") }}
                    )
                )
                then 'wrong_unit'
            when
                tests_covered.is_mrd and records.result_number not between 0 and 1
                then 'impossible_number'
            when
                tests_covered.domain is not null
                and records.wording is not null
                and known_wordings.src_row is null
                then
                    case
                        when records.domain = 'EX' then 'unknown_cycle'
                        else 'unknown_term'
                    end
            when records.adt > trials.cutoff then 'after_cutoff'
            when
                records.domain = 'DM'
                and (
                    records.src_file <> subjects.src_file
                    or records.src_row <> subjects.src_row
                )
                then 'repeated_subject'
        end as rule
    from records
    left join subjects
        on
            records.src_trial = subjects.src_trial
            and records.usubjid = subjects.usubjid
    left join enrolled_again
        on
            records.src_trial = enrolled_again.src_trial
            and records.usubjid = enrolled_again.usubjid
    left join trials
        on records.src_trial = trials.trial_id
    left join tests_in_another_unit
        on
            records.domain = tests_in_another_unit.domain
            and records.testcd = tests_in_another_unit.testcd
            and coalesce(records.category, '')
            = coalesce(tests_in_another_unit.category, '')
            and coalesce(records.specimen, '')
            = coalesce(tests_in_another_unit.specimen, '')
            and coalesce(records.evaluator, '')
            = coalesce(tests_in_another_unit.evaluator, '')
            and coalesce(records.unit, '') = coalesce(tests_in_another_unit.unit, '')
    left join tests_covered
        on
            records.src_trial = tests_covered.src_trial
            and records.domain = tests_covered.domain
            and coalesce(records.testcd, '') = coalesce(tests_covered.testcd, '')
    left join known_wordings
        on
            records.src_file = known_wordings.src_file
            and records.src_row = known_wordings.src_row
    left join qualifiers_of_records
        on
            records.src_file = qualifiers_of_records.src_file
            and records.src_row = qualifiers_of_records.src_row
),

-- what is wrong, where no variable of the common shape holds it
explained as (
    select
        *,
        case rule
            when 'wrong_domain' then 'DOMAIN'
            when 'wrong_unit' then domain || 'STRESU'
            when 'malformed_code'
                then case domain when 'SUPP' then 'QNAM' else domain || 'TESTCD' end
        end as variable,
        case rule
            when 'wrong_domain' then domain_given
            when 'wrong_unit' then unit
            when 'malformed_code' then testcd
        end as value
    from checked
)

select * from explained
