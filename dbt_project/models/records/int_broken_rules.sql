with broken_rules as (
    select * from {{ ref('int_broken_rules_of_single_records') }}
    union all
    select * from {{ ref('int_broken_rules_of_copies') }}
    union all
    select * from {{ ref('int_broken_rules_of_corrections') }}
    union all
    select * from {{ ref('int_broken_rules_of_end_dates') }}
    union all
    select * from {{ ref('int_broken_rules_of_cycles') }}
    union all
    select * from {{ ref('int_broken_rules_of_death_dates') }}
    union all
    select * from {{ ref('int_broken_rules_after_death') }}
    union all
    select * from {{ ref('int_broken_rules_of_demographics') }}
    union all
    select * from {{ ref('int_broken_rules_of_limits') }}
    union all
    select * from {{ ref('int_broken_rules_of_adam_times') }}
)

select * from broken_rules
