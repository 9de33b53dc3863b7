with subjects as (
    select * from {{ ref('int_subject_records') }}
),

enrolled_again as (
    select * from {{ ref('int_repeated_persons') }}
    where not is_kept
),

qualified_records as (
    select * from {{ ref('int_qualified_records') }}
),

repeated_persons as (
    select
        records.src_file,
        records.src_row,
        'record' as turns_away,
        'repeated_person' as rule,
        'USUBJID' as variable,
        records.usubjid as value
    from {{ ref('int_staged_records') }} as records
    inner join enrolled_again
        on
            records.src_trial = enrolled_again.src_trial
            and records.usubjid = enrolled_again.usubjid
),

unknown_subjects as (
    select
        records.src_file,
        records.src_row,
        'record' as turns_away,
        'unknown_subject' as rule,
        'USUBJID' as variable,
        records.usubjid as value
    from {{ ref('int_staged_records') }} as records
    anti join subjects
        on
            records.src_trial = subjects.src_trial
            and records.usubjid = subjects.usubjid
    anti join enrolled_again
        on
            records.src_trial = enrolled_again.src_trial
            and records.usubjid = enrolled_again.usubjid
    where records.domain not in ('DM', 'ADSL') and records.usubjid is not null
),

qualifiers_of_nothing as (
    select
        records.src_file,
        records.src_row,
        'record' as turns_away,
        'unknown_record' as rule,
        'IDVARVAL' as variable,
        cast(null as string) as value
    from {{ ref('int_staged_records') }} as records
    anti join qualified_records
        on
            records.src_file = qualified_records.src_file
            and records.src_row = qualified_records.src_row
    where records.domain = 'SUPP'
),

repeated_subjects as (
    select
        records.src_file,
        records.src_row,
        'record' as turns_away,
        'repeated_subject' as rule,
        'USUBJID' as variable,
        records.usubjid as value
    from {{ ref('int_staged_records') }} as records
    inner join subjects
        on
            records.src_trial = subjects.src_trial
            and records.usubjid = subjects.usubjid
    where
        records.domain in ('DM', 'ADSL')
        and (
            records.src_file <> subjects.src_file
            or records.src_row <> subjects.src_row
        )
),

broken_rules as (
    select * from repeated_persons
    union all
    select * from unknown_subjects
    union all
    select * from qualifiers_of_nothing
    union all
    select * from repeated_subjects
)

select * from broken_rules
