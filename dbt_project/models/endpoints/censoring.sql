with candidates as (
    select * from {{ ref('int_endpoint_candidates') }}
),

first_in_queue as (
    select
        usubjid,
        paramcd,
        max(case when queue = 'event' then adt end) as event_date,
        max(case when queue = 'censor_first' then adt end) as censor_first_date,
        max(case when queue = 'censor' then adt end) as censor_date
    from candidates
    where place_in_queue = 1
    group by usubjid, paramcd
),

-- an event on the day of a censoring is an event
winning_queues as (
    select
        usubjid,
        paramcd,
        case
            when censor_first_date < event_date then 'censor_first'
            when event_date is not null then 'event'
            when censor_first_date <= coalesce(censor_date, censor_first_date)
                then 'censor_first'
            else 'censor'
        end as winning_queue
    from first_in_queue
),

censoring as (
    select
        candidates.usubjid,
        candidates.paramcd,
        candidates.rule_id,
        candidates.role,
        candidates.fact,
        candidates.adt,
        candidates.adtf,
        cast(candidates.priority as int) as priority,
        candidates.queue = winning_queues.winning_queue
        and candidates.place_in_queue = 1 as is_selected,
        case
            when candidates.is_before_origin then 'before origin'
            when candidates.queue = 'end' then 'ends the observation'
            when candidates.queue = 'after the end'
                then 'after the end of observation'
            when candidates.queue = 'after a gap'
                then 'after too long without an assessment'
            when candidates.rule_id = 'origin'
                then 'selected: no date on or after the origin'
            when
                candidates.queue = winning_queues.winning_queue
                and candidates.place_in_queue = 1
                then 'selected'
            when winning_queues.winning_queue = 'event' and candidates.queue = 'event'
                then 'another event came first'
            when winning_queues.winning_queue = 'event' then 'an event happened'
            when winning_queues.winning_queue = candidates.queue
                then 'another rule comes first'
            when winning_queues.winning_queue = 'censor_first' then 'censored before it'
            else 'follow-up had ended'
        end as reason,
        candidates.srcdom,
        candidates.srcvar,
        cast(candidates.srcseq as int) as srcseq
    from candidates
    inner join winning_queues
        on
            candidates.usubjid = winning_queues.usubjid
            and candidates.paramcd = winning_queues.paramcd
),

-- ADaM has the end alone, not the dates it was chosen from
censoring_with_adam as (
    select * from censoring
    union all
    select
        usubjid,
        paramcd,
        'adam' as rule_id,
        role,
        cast(null as string) as fact,
        adt,
        adtf,
        cast(null as int) as priority,
        true as is_selected,
        'selected: as in ADTTE' as reason,
        'ADTTE' as srcdom,
        'ADT' as srcvar,
        cast(src_row as int) as srcseq
    from {{ ref('int_adam_ends') }}
)

select * from censoring_with_adam
