with broken_rules as (
    select * from {{ ref('int_broken_rules_of_identity') }}
    union all
    select * from {{ ref('int_broken_rules_of_references') }}
    union all
    select * from {{ ref('int_broken_rules_of_dates') }}
    union all
    select * from {{ ref('int_broken_rules_of_numbers') }}
    union all
    select * from {{ ref('int_broken_rules_of_results') }}
)

select * from broken_rules
