with conditions as (
    select * from {{ ref('stg_study__population_conditions') }}
),

subjects as (
    select * from {{ ref('int_subjects') }}
),

time_to_event as (
    select * from {{ ref('time_to_event') }}
),

flags as (
    select * from {{ ref('int_adam_flags') }}
),

conditions_by_subject as (
    select
        subjects.usubjid,
        conditions.population,
        conditions.condition_order,
        conditions.operator,
        conditions.value_number as asked,
        time_to_event.usubjid is not null as is_followed,
        time_to_event.event_code,
        time_to_event.aval / {{ var('days_per_month') }} as months
    from conditions
    cross join subjects
    left join time_to_event
        on
            subjects.usubjid = time_to_event.usubjid
            and conditions.name = time_to_event.paramcd
    where conditions.kind = 'endpoint'
),

-- 'months >' and 'event_code =' without the word before the relation
conditions_with_relation as (
    select
        *,
        {{ trimmed("replace(replace(operator, 'months', ''), 'event_code', '')") }}
            as relation
    from conditions_by_subject
),

judged as (
    select
        usubjid,
        population,
        condition_order,
        -- a subject who is not followed for the endpoint meets no condition on it
        is_followed
        and case
            when operator like 'event_code%'
                then {{ relation_holds('relation', 'event_code', 'asked') }}
            else {{ relation_holds('relation', 'months', 'asked') }}
        end as is_met
    from conditions_with_relation
),

-- a flag of ADSL answers for the members of its population
judged_by_flags as (
    select
        judged.usubjid,
        judged.population,
        judged.condition_order,
        judged.is_met or coalesce(flags.is_member, false) as is_met
    from judged
    left join flags
        on
            judged.usubjid = flags.usubjid
            and judged.population = flags.population
)

select * from judged_by_flags
