with enrolled_again as (
    select
        src_trial,
        usubjid
    from {{ ref('int_repeated_persons') }}
    where not is_kept
),

demographics as (
    select
        src_trial,
        src_file,
        src_row,
        usubjid,
        content
    from {{ ref('int_staged_records') }}
    where
        domain in ('DM', 'ADSL')
        and missing_variable is null
        and studyid = src_trial
        and coalesce({{ upper_case('domain_given') }}, domain) = domain
),

-- one subject, one record, whatever the order of the files
first_records as (
    select
        demographics.src_trial,
        demographics.src_file,
        demographics.src_row,
        demographics.usubjid
    from demographics
    left join enrolled_again
        on
            demographics.src_trial = enrolled_again.src_trial
            and demographics.usubjid = enrolled_again.usubjid
    where enrolled_again.usubjid is null
    qualify
        row_number() over (
            partition by demographics.usubjid
            order by
                demographics.src_trial,
                demographics.content,
                demographics.src_file,
                demographics.src_row
        ) = 1
)

select * from first_records
