with records as (
    select * from {{ ref('int_staged_records') }}
),

terms_of_wordings as (
    select * from {{ ref('int_terms_of_wordings') }}
),

terms_of_records as (
    select
        records.src_file,
        records.src_row,
        records.domain,
        records.usubjid,
        records.seq,
        terms_of_wordings.category,
        terms_of_wordings.value
    from records
    inner join terms_of_wordings
        on
            records.src_trial = terms_of_wordings.src_trial
            and records.domain = terms_of_wordings.domain
            and coalesce({{ upper_case('records.testcd') }}, '')
            = coalesce(terms_of_wordings.testcd, '')
            and coalesce(records.wording, '')
            = coalesce(terms_of_wordings.wording, '')
            and (records.result_number is not null) = terms_of_wordings.is_number
)

select * from terms_of_records
