with conditions as (
    select * from {{ ref('stg_study__population_conditions') }}
),

subjects as (
    select * from {{ ref('int_subjects') }}
),

flags as (
    select * from {{ ref('int_adam_flags') }}
),

-- a fact is known to ADaM where adam_names.csv has its day: who has none is without it
facts_with_days as (
    select name as fact
    from {{ ref('stg_study__adam_names') }}
    where kind = 'fact'
),

facts_of_adam as (
    select distinct
        adtte.usubjid,
        adam_values.name as fact
    from {{ accepted('stg_adam__adtte') }} as adtte
    inner join {{ ref('stg_adam__values') }} as adam_values
        on
            adtte.src_file = adam_values.src_file
            and adtte.src_row = adam_values.src_row
    where adam_values.kind = 'fact'
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
        {{ upper_case('qnam') }} as variable,
        {{ wording('qval') }} as wording
    from {{ accepted('stg_sdtm__supp') }}
    where {{ upper_case('rdomain') }} = 'DM'
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
    where kind in ('fact', 'factor', 'variable', 'rule', 'flag')
),

conditions_by_subject as (
    select
        subjects.usubjid,
        conditions.population,
        conditions.condition_order,
        conditions.kind,
        conditions.fact,
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
    cross join subjects
    left join dated_facts
        on
            subjects.usubjid = dated_facts.usubjid
            and conditions.fact = dated_facts.fact
    left join subject_factors
        on
            subjects.usubjid = subject_factors.usubjid
            and conditions.factor = subject_factors.factor
    left join demographics
        on
            subjects.usubjid = demographics.usubjid
            and conditions.variable = demographics.variable
    left join rules_broken
        on
            subjects.usubjid = rules_broken.usubjid
            and conditions.rule = rules_broken.rule
),

-- 'value =' and 'cycle >=' without the word before the relation
conditions_with_relation as (
    select
        *,
        {{ trimmed("replace(replace(operator, 'value', ''), 'cycle', '')") }}
            as relation
    from conditions_by_subject
),

judged as (
    select
        usubjid,
        population,
        condition_order,
        kind,
        fact,
        operator,
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
),

known_to_adam as (
    select
        judged.usubjid,
        judged.population,
        judged.condition_order,
        case
            when judged.kind = 'factor' then judged.is_met
            else (judged.operator = 'exists') = (facts_of_adam.usubjid is not null)
        end as is_met
    from judged
    left join facts_with_days
        on judged.fact = facts_with_days.fact
    left join facts_of_adam
        on
            judged.usubjid = facts_of_adam.usubjid
            and judged.fact = facts_of_adam.fact
    where
        judged.kind = 'factor'
        or (
            facts_with_days.fact is not null
            and judged.operator in ('exists', 'absent')
        )
),

known_unmet as (
    select distinct
        usubjid,
        population
    from known_to_adam
    where not is_met
),

-- a flag of ADSL answers for the conditions of its population that ADaM cannot be asked
judged_by_flags as (
    select
        judged.usubjid,
        judged.population,
        judged.condition_order,
        case
            when flags.usubjid is null or judged.kind = 'rule' then judged.is_met
            when flags.is_member then true
            else coalesce(known_to_adam.is_met, known_unmet.usubjid is not null)
        end as is_met
    from judged
    left join flags
        on
            judged.usubjid = flags.usubjid
            and judged.population = flags.population
    left join known_to_adam
        on
            judged.usubjid = known_to_adam.usubjid
            and judged.population = known_to_adam.population
            and judged.condition_order = known_to_adam.condition_order
    left join known_unmet
        on
            judged.usubjid = known_unmet.usubjid
            and judged.population = known_unmet.population
    union all
    select
        usubjid,
        population,
        0 as condition_order,
        is_member as is_met
    from flags
)

select * from judged_by_flags
