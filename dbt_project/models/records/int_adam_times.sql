with adtte as (
    select * from {{ ref('stg_adam__adtte') }}
),

endpoints as (
    select * from {{ ref('stg_study__endpoints') }}
),

trials as (
    select * from {{ ref('stg_study__trials') }}
),

units as (
    select * from {{ ref('stg_study__time_units') }}
),

-- the parameter may name its unit: 'Overall Survival (Months)'
times_in_units as (
    select
        adtte.*,
        coalesce({{ upper_case('adtte.anl01fl') }} = 'Y', false) as is_flagged,
        coalesce(adtte.avalu, named.wording, trials.time_unit) as unit_given
    from adtte
    inner join endpoints on adtte.paramcd = endpoints.paramcd
    left join units as named
        on
            {{ wording('adtte.param') }} like '%(' || named.wording || ')'
            or {{ wording('adtte.param') }} like '%[' || named.wording || ']'
    left join trials on adtte.src_trial = trials.trial_id
),

-- the time counts as the file has it: a month keeps its length whatever the dates say
times_in_days as (
    select
        times.*,
        -- where no record of the parameter has the flag, it says nothing
        times.is_flagged
        or not bool_or(times.is_flagged) over (
            partition by times.src_trial, times.paramcd
        ) as is_analysed,
        units.unit,
        units.days as unit_days,
        times.aval * units.days as aval_days,
        {{ days_between(
            'times.startdt', 'times.adt'
        ) }} as days_between_dates,
        units.slack_days,
        units.slack_share
    from times_in_units as times
    left join units on {{ wording('times.unit_given') }} = units.wording
),

times_with_slack as (
    select
        *,
        slack_days + slack_share * abs(days_between_dates) as slack
    from times_in_days
),

-- whether a trial adds a day to its times: what most of them are closer to
conventions as (
    select
        src_trial,
        case
            when
                sum(
                    sign(
                        abs(aval_days - days_between_dates - 1)
                        - abs(aval_days - days_between_dates)
                    )
                ) < 0
                then 1
            else 0
        end as origin_day
    from times_with_slack
    where aval_days is not null and days_between_dates >= 0
    group by src_trial
),

adam_times as (
    select
        times.*,
        conventions.origin_day,
        coalesce(
            times.days_between_dates < 0
            or abs(times.aval_days - times.days_between_dates - conventions.origin_day)
            > times.slack,
            false
        ) as differs_from_dates
    from times_with_slack as times
    left join conventions on times.src_trial = conventions.src_trial
)

select * from adam_times
