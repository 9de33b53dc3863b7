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
    where domain = 'DM'
),

tests as (
    select distinct
        src_trial,
        domain,
        testcd
    from {{ ref('int_staged_records') }}
    where is_vocabulary_closed
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

subjects as (
    select
        src_trial,
        usubjid,
        src_file,
        src_row
    from demographics
    where
        usubjid is not null
        and coalesce(studyid, src_trial) = src_trial
    -- one subject, one trial, whatever the order of the files
    qualify
        row_number() over (
            partition by usubjid
            order by src_trial, content, src_file, src_row
        ) = 1
),

covered_tests as (
    select distinct
        trials.trial_id,
        terms.domain,
        terms.testcd
    from terms
    inner join trials
        on terms.trial_id = trials.trial_id or terms.trial_id is null
),

tests_covered as (
    select distinct
        tests.src_trial,
        tests.domain,
        tests.testcd
    from tests
    inner join covered_tests
        on
            tests.src_trial = covered_tests.trial_id
            and tests.domain = covered_tests.domain
            and (
                upper(tests.testcd) = covered_tests.testcd
                or covered_tests.testcd is null
            )
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
            when
                tests_covered.domain is not null
                and records.wording is not null
                and known_wordings.src_row is null
                then 'unknown_term'
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
    left join trials
        on records.src_trial = trials.trial_id
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
)

select * from checked
