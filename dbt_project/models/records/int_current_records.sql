{{ config(materialized='view') }}
with records as (
    select * from {{ ref('int_staged_records') }}
),

-- all in one list: after one join the engine still knows that most records remain
broken_rules as (
    select * from {{ ref('int_broken_rules_of_single_records') }}
    union all
    select * from {{ ref('int_broken_rules_of_copies') }}
    union all
    select * from {{ ref('int_broken_rules_of_corrections') }}
),

records_turned_away as (
    select
        src_file,
        src_row
    from broken_rules
    where turns_away = 'record'
),

current_records as (
    select records.*
    from records
    anti join records_turned_away
        on
            records.src_file = records_turned_away.src_file
            and records.src_row = records_turned_away.src_row
)

select * from current_records
