with terms as (
    select * from {{ ref('stg_study__terms') }}
),

trials as (
    select * from {{ ref('stg_study__trials') }}
),

covered_tests as (
    select * from {{ ref('int_covered_tests') }}
),

terms_of_wordings as (
    select * from {{ ref('int_terms_of_wordings') }}
),

record_terms as (
    select * from {{ ref('int_record_terms') }}
),

occurrences as (
    select * from {{ ref('int_occurrences') }}
),

-- what the study does not take for a dose needs no cycle
records_left_out as (
    select * from {{ ref('int_records_left_out') }}
    where about = 'category' and counted_as = 'dose'
),

not_done as (
    select
        src_file,
        src_row,
        'record' as turns_away,
        'not_done' as rule,
        src_domain || 'STAT' as variable,
        'NOT DONE' as value
    from occurrences
    where is_not_done
),

did_not_occur as (
    select
        src_file,
        src_row,
        'record' as turns_away,
        'did_not_occur' as rule,
        src_domain || 'OCCUR' as variable,
        occurrence as value
    from occurrences
    where did_not_occur
),

missing_results as (
    select
        src_file,
        src_row,
        'record' as turns_away,
        'missing_result' as rule,
        wording_variable as variable,
        cast(null as string) as value
    from {{ ref('int_staged_records') }}
    where
        not is_not_done
        and number_given is null
        and result_number is null
        and is_result_needed
        and wording is null
),

-- where terms cover a test they cover every wording of its results
unknown_wordings as (
    select
        records.src_file,
        records.src_row,
        records.domain,
        records.wording_variable as variable,
        records.wording as value
    from {{ ref('int_staged_records') }} as records
    inner join covered_tests
        on
            records.src_trial = covered_tests.src_trial
            and records.domain = covered_tests.domain
            and coalesce(records.testcd, '') = coalesce(covered_tests.testcd, '')
    anti join terms_of_wordings
        on
            records.src_trial = terms_of_wordings.src_trial
            and records.domain = terms_of_wordings.domain
            and coalesce({{ upper_case('records.testcd') }}, '')
            = coalesce(terms_of_wordings.testcd, '')
            and records.wording = terms_of_wordings.wording
            and (records.result_number is not null) = terms_of_wordings.is_number
    where records.wording is not null
),

unknown_terms as (
    select
        src_file,
        src_row,
        'record' as turns_away,
        'unknown_term' as rule,
        variable,
        value
    from unknown_wordings
    where domain <> 'EX'
),

trials_with_cycles as (
    select distinct trials.trial_id
    from terms
    inner join trials
        on terms.trial_id = trials.trial_id or terms.trial_id is null
    where terms.category = 'cycle' and terms.domain = 'EX'
),

-- a dose whose visit is not given has no cycle either
unknown_cycles as (
    select
        records.src_file,
        records.src_row,
        'record' as turns_away,
        'unknown_cycle' as rule,
        records.wording_variable as variable,
        records.wording as value
    from {{ ref('int_staged_records') }} as records
    inner join trials_with_cycles
        on records.src_trial = trials_with_cycles.trial_id
    anti join record_terms
        on
            records.src_file = record_terms.src_file
            and records.src_row = record_terms.src_row
            and record_terms.category = 'cycle'
    anti join records_left_out
        on
            records.src_file = records_left_out.src_file
            and records.src_row = records_left_out.src_row
    where records.domain = 'EX'
),

broken_rules as (
    select * from not_done
    union all
    select * from did_not_occur
    union all
    select * from missing_results
    union all
    select * from unknown_terms
    union all
    select * from unknown_cycles
)

select * from broken_rules
