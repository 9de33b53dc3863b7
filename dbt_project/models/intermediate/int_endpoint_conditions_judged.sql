with conditions as (
    select * from {{ ref('stg_study__population_conditions') }}
),

subject_dates as (
    select * from {{ ref('int_subject_dates') }}
),

time_to_event as (
    select * from {{ ref('time_to_event') }}
),

conditions_by_subject as (
    select
        subject_dates.usubjid,
        conditions.population,
        conditions.condition_order,
        conditions.name,
        conditions.operator,
        trim(
            replace(replace(conditions.operator, 'months', ''), 'event_code', '')
        ) as relation,
        {{ dbt.safe_cast('conditions.value', 'double') }} as asked
    from conditions
    cross join subject_dates
    where conditions.kind = 'endpoint'
),

judged as (
    select
        conditions.usubjid,
        conditions.population,
        conditions.condition_order,
        -- a subject who is not followed for the endpoint meets no condition on it
        time_to_event.usubjid is not null
        and case
            when conditions.operator like 'event_code%'
                then {{ holds('conditions.relation', 'time_to_event.event_code', 'conditions.asked') }}
            else
                {{
                    holds(
                        'conditions.relation',
                        'time_to_event.aval / ' ~ var('days_per_month'),
                        'conditions.asked',
                    )
                }}
        end as is_met
    from conditions_by_subject as conditions
    left join time_to_event
        on
            conditions.usubjid = time_to_event.usubjid
            and conditions.name = time_to_event.paramcd
)

select * from judged
