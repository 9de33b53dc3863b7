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

-- the variables of DM and their supplemental qualifiers, by subject
demographics as (
    select
        dm.usubjid,
        record_values.variable,
        {{ wording('record_values.value') }} as wording
    from {{ accepted('stg_sdtm__dm') }} as dm
    inner join {{ ref('stg_sdtm__values') }} as record_values
        on
            dm.src_file = record_values.src_file
            and dm.src_row = record_values.src_row
    union distinct
    select
        usubjid,
        upper(qnam) as variable,
        {{ wording('qval') }} as wording
    from {{ accepted('stg_sdtm__supp') }}
    where upper(rdomain) = 'DM'
),

rules_broken as (
    select distinct
        usubjid,
        rule
    from {{ ref('int_findings') }}
    where usubjid is not null
),

-- joined by a name of its own for each kind: a join on equal columns alone stays linear
named_conditions as (
    select
        *,
        case when kind = 'fact' then name end as fact,
        case when kind = 'factor' then name end as factor,
        case when kind = 'variable' then name end as variable,
        case when kind = 'rule' then name end as rule
    from conditions
    where kind in ('fact', 'factor', 'variable', 'rule')
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
        subject_factors.level,
        demographics.wording,
        rules_broken.rule is not null as has_broken_rule
    from named_conditions as conditions
    cross join subject_dates
    left join dated_facts
        on
            subject_dates.usubjid = dated_facts.usubjid
            and conditions.fact = dated_facts.fact
    left join subject_factors
        on
            subject_dates.usubjid = subject_factors.usubjid
            and conditions.factor = subject_factors.factor
    left join demographics
        on
            subject_dates.usubjid = demographics.usubjid
            and conditions.variable = demographics.variable
    left join rules_broken
        on
            subject_dates.usubjid = rules_broken.usubjid
            and conditions.rule = rules_broken.rule
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
            when kind = 'rule' then not has_broken_rule
            when kind = 'factor' then {{ relation_holds('relation', 'level', 'asked') }}
            when kind = 'variable'
                then {{ relation_holds('relation', 'wording', wording('asked')) }}
            when operator = 'exists' then has_fact
            when operator = 'absent' then not has_fact
            when operator like 'cycle%'
                then {{ relation_holds('relation', 'cycle', 'asked_number') }}
            else {{ relation_holds('relation', 'fact_value', 'asked') }}
        end as is_met
    from conditions_with_relation
)

select * from judged
