with judged_conditions as (
    select * from {{ ref('int_conditions_judged') }}
),

judged_endpoint_conditions as (
    select * from {{ ref('int_endpoint_conditions_judged') }}
),

all_judged as (
    select
        usubjid,
        population,
        condition_order,
        is_met
    from judged_conditions
    union all
    select
        usubjid,
        population,
        condition_order,
        is_met
    from judged_endpoint_conditions
)

select * from all_judged
