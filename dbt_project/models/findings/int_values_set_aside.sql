with verdicts as (
    select * from {{ ref('int_record_verdicts') }}
),

rules_of_values as (
    select *
    from {{ ref('int_broken_rules') }}
    where turns_away = 'value'
),

first_broken_rules as (
    select *
    from
        {{ first_broken_rules(
            'rules_of_values', ['src_file', 'src_row', 'variable']
        ) }} as first_broken_rules
),

values_of_accepted_records as (
    select
        verdicts.src_domain,
        verdicts.src_trial,
        verdicts.src_file,
        verdicts.src_row,
        verdicts.usubjid,
        first_broken_rules.variable,
        first_broken_rules.rule,
        first_broken_rules.value
    from first_broken_rules
    inner join verdicts
        on
            first_broken_rules.src_file = verdicts.src_file
            and first_broken_rules.src_row = verdicts.src_row
    where verdicts.is_accepted
)

select * from values_of_accepted_records
