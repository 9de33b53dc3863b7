{{ config(materialized='view') }}
with records as (
    select * from {{ ref('int_staged_records') }}
),

broken_rules as (
    select * from {{ ref('int_broken_rules_of_single_records') }}
    where turns_away = 'record'
),

valid_records as (
    select records.*
    from records
    anti join broken_rules
        on
            records.src_file = broken_rules.src_file
            and records.src_row = broken_rules.src_row
)

select * from valid_records
