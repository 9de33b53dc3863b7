with time_to_event as (
    select * from {{ ref('time_to_event') }}
),

factors as (
    select * from {{ ref('stg_study__factors') }}
),

dated_facts as (
    select * from {{ ref('int_dated_facts') }}
),

changes_by_endpoint as (
    select
        time_to_event.usubjid,
        time_to_event.paramcd,
        factors.factor,
        time_to_event.startdt,
        time_to_event.aval,
        changes.adt,
        -- never assessed is not known, which is neither yes nor no
        factors.assessed_fact is null or assessments.usubjid is not null as is_known
    from time_to_event
    cross join factors
    left join dated_facts as changes
        on
            time_to_event.usubjid = changes.usubjid
            and factors.fact = changes.fact
    left join dated_facts as assessments
        on
            time_to_event.usubjid = assessments.usubjid
            and factors.assessed_fact = assessments.fact
    -- the changes of a subject of ADaM are those of its own intervals
    where
        factors.timing = 'post_baseline'
        and time_to_event.srcdom is distinct from 'ADTTE'
),

changes_on_clock as (
    select
        usubjid,
        paramcd,
        factor,
        is_known,
        aval,
        {{ days_between('startdt', 'adt') }}
            as days_from_origin,
        {{ time_on_clock('startdt', 'adt') }} as day
    from changes_by_endpoint
),

-- a change on the day the endpoint ends comes too late to count, on the first day too
levels_at_origin as (
    select
        usubjid,
        paramcd,
        factor,
        cast(0 as double) as day,
        case
            when not is_known then null
            when
                days_from_origin < 0
                or (days_from_origin = 0 and aval > {{ origin_day() }})
                then 'yes'
            else 'no'
        end as level
    from changes_on_clock
),

changes_after_origin as (
    select
        usubjid,
        paramcd,
        factor,
        day,
        'yes' as level
    from changes_on_clock
    where is_known and days_from_origin > 0 and day < aval
),

factor_changes as (
    select
        usubjid,
        paramcd,
        factor,
        day,
        level
    from levels_at_origin
    union all
    select
        usubjid,
        paramcd,
        factor,
        day,
        level
    from changes_after_origin
    union all
    select * from {{ ref('int_adam_factor_changes') }}
)

select * from factor_changes
