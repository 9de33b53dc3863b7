with records as (
    select * from {{ ref('int_staged_records') }}
),

rules_of_records as (
    select *
    from {{ ref('int_broken_rules') }}
    where turns_away = 'record'
),

first_broken_rules as (
    select *
    from
        {{ first_broken_rules('rules_of_records', ['src_file', 'src_row']) }}
            as first_broken_rules
),

verdicts as (
    select
        records.src_domain,
        records.src_trial,
        records.src_file,
        records.src_row,
        records.domain,
        records.usubjid,
        records.seq,
        first_broken_rules.rule,
        first_broken_rules.rule is null as is_accepted,
        first_broken_rules.variable,
        first_broken_rules.value
    from records
    left join first_broken_rules
        on
            records.src_file = first_broken_rules.src_file
            and records.src_row = first_broken_rules.src_row
)

select * from verdicts
