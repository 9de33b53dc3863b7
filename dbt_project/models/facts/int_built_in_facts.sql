with treatment_facts as (
    select * from {{ ref('int_treatment_facts') }}
),

response_facts as (
    select * from {{ ref('int_response_facts') }}
),

transplant_facts as (
    select * from {{ ref('int_transplant_facts') }}
),

survival_facts as (
    select * from {{ ref('int_survival_facts') }}
),

built_in_facts as (
    select * from treatment_facts
    union all
    select * from response_facts
    union all
    select * from transplant_facts
    union all
    select * from survival_facts
)

select * from built_in_facts
