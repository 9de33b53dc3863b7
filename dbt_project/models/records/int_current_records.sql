{{ config(materialized='view') }}
with valid_records as (
    select * from {{ ref('int_valid_records') }}
),

broken_rules as (
    select * from {{ ref('int_broken_rules_of_copies') }}
    union all
    select * from {{ ref('int_broken_rules_of_corrections') }}
),

current_records as (
    select valid_records.*
    from valid_records
    anti join broken_rules
        on
            valid_records.src_file = broken_rules.src_file
            and valid_records.src_row = broken_rules.src_row
)

select * from current_records
