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
        conditions.operator,
        conditions.value as asked,
        conditions.value_number as asked_number,
        dated_facts.usubjid is not null as has_fact,
        dated_facts.fact_value,
        dated_facts.cycle,
        subject_factors.level
    from conditions
    cross join subject_dates
    left join dated_facts
        on
            subject_dates.usubjid = dated_facts.usubjid
            and conditions.name = dated_facts.fact
            and conditions.kind = 'fact'
    left join subject_factors
        on
            subject_dates.usubjid = subject_factors.usubjid
            and conditions.name = subject_factors.factor
            and conditions.kind = 'factor'
    where conditions.kind in ('fact', 'factor')
),

-- 'value =' and 'cycle >=' without the word before the relation
conditions_with_relation as (
    select
        *,
        trim(replace(replace(operator, 'value', ''), 'cycle', '')) as relation
    from conditions_by_subject
),

judged as (
    select
        usubjid,
        population,
        condition_order,
        case
            when kind = 'factor' then {{ relation_holds('relation', 'level', 'asked') }}
            when operator = 'exists' then has_fact
            when operator = 'absent' then not has_fact
            when operator like 'cycle%'
                then {{ relation_holds('relation', 'cycle', 'asked_number') }}
            else {{ relation_holds('relation', 'fact_value', 'asked') }}
        end as is_met
    from conditions_with_relation
)

select * from judged
