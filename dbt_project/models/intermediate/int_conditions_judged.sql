with conditions as (
    select * from {{ ref('stg_study__population_conditions') }}
),

subject_dates as (
    select * from {{ ref('int_subject_dates') }}
),

dated_facts as (
    select * from {{ ref('int_dated_facts') }}
),

subject_factors as (
    select * from {{ ref('subject_factors') }}
),

conditions_by_subject as (
    select
        subject_dates.usubjid,
        conditions.population,
        conditions.condition_order,
        conditions.kind,
        conditions.name,
        conditions.operator,
        conditions.value,
        trim(replace(replace(conditions.operator, 'value', ''), 'cycle', '')) as relation
    from conditions
    cross join subject_dates
    where conditions.kind in ('fact', 'factor')
),

judged as (
    select
        conditions.usubjid,
        conditions.population,
        conditions.condition_order,
        case
            when conditions.kind = 'factor'
                then {{ holds('conditions.relation', 'subject_factors.level', 'conditions.value') }}
            when conditions.operator = 'exists' then dated_facts.usubjid is not null
            when conditions.operator = 'absent' then dated_facts.usubjid is null
            when conditions.operator like 'cycle%'
                then {{
                    holds(
                        'conditions.relation',
                        'dated_facts.cycle',
                        dbt.safe_cast('conditions.value', 'double'),
                    )
                }}
            else
                {{
                    holds('conditions.relation', 'dated_facts.fact_value', 'conditions.value')
                }}
        end as is_met
    from conditions_by_subject as conditions
    left join dated_facts
        on
            conditions.usubjid = dated_facts.usubjid
            and conditions.name = dated_facts.fact
            and conditions.kind = 'fact'
    left join subject_factors
        on
            conditions.usubjid = subject_factors.usubjid
            and conditions.name = subject_factors.factor
            and conditions.kind = 'factor'
)

select * from judged
