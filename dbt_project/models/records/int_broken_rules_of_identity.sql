with missing_keys as (
    select
        src_file,
        src_row,
        'record' as turns_away,
        'missing_key' as rule,
        missing_variable as variable,
        cast(null as string) as value
    from {{ ref('int_staged_records') }}
    where missing_variable is not null
),

wrong_studies as (
    select
        src_file,
        src_row,
        'record' as turns_away,
        'wrong_study' as rule,
        'STUDYID' as variable,
        studyid as value
    from {{ ref('int_staged_records') }}
    where studyid <> src_trial
),

wrong_domains as (
    select
        src_file,
        src_row,
        'record' as turns_away,
        'wrong_domain' as rule,
        'DOMAIN' as variable,
        domain_given as value
    from {{ ref('int_staged_records') }}
    where {{ upper_case('domain_given') }} <> domain
),

malformed_codes as (
    select
        src_file,
        src_row,
        'record' as turns_away,
        'malformed_code' as rule,
        case domain when 'SUPP' then 'QNAM' else domain || 'TESTCD' end as variable,
        testcd as value
    from {{ ref('int_staged_records') }}
    where not {{ matches('testcd', '^[A-Za-z_][A-Za-z0-9_]{0,7}$') }}
),

broken_rules as (
    select * from missing_keys
    union all
    select * from wrong_studies
    union all
    select * from wrong_domains
    union all
    select * from malformed_codes
)

select * from broken_rules
