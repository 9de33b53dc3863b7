with all_times as (
    select * from {{ ref('int_adam_times') }}
),

times as (
    select * from all_times
    where is_analysed
),

intervals as (
    select * from {{ ref('stg_adam__adtteint') }}
),

not_analysed as (
    select
        src_file,
        src_row,
        'record' as turns_away,
        'not_analysed' as rule,
        'ANL01FL' as variable,
        anl01fl as value
    from all_times
    where not is_analysed
),

repeated as (
    select
        src_trial,
        usubjid,
        paramcd
    from times
    where usubjid is not null
    group by src_trial, usubjid, paramcd
    having count(distinct src_content) > 1
),

repeated_parameters as (
    select
        times.src_file,
        times.src_row,
        'record' as turns_away,
        'repeated_parameter' as rule,
        'PARAMCD' as variable,
        times.paramcd as value
    from times
    inner join repeated
        on
            times.src_trial = repeated.src_trial
            and times.usubjid = repeated.usubjid
            and times.paramcd = repeated.paramcd
),

impossible_times as (
    select
        src_file,
        src_row,
        'record' as turns_away,
        'impossible_time' as rule,
        'AVAL' as variable,
        aval_given as value
    from times
    where aval is null
),

unknown_units as (
    select
        src_file,
        src_row,
        'record' as turns_away,
        'unknown_time_unit' as rule,
        'AVALU' as variable,
        unit_given as value
    from times
    where unit is null
),

impossible_censorings as (
    select
        src_file,
        src_row,
        'record' as turns_away,
        'impossible_censoring' as rule,
        'CNSR' as variable,
        cnsr_given as value
    from times
    where cnsr is null
),

impossible_intervals as (
    select
        src_file,
        src_row,
        'record' as turns_away,
        'impossible_interval' as rule,
        case when tstart is null then 'TSTART' else 'TSTOP' end as variable,
        case when tstart is null then tstart_given else tstop_given end as value
    from intervals
    where tstart is null or tstop is null or tstop <= tstart
),

unreadable_dates as (
    {% for variable in ['startdt', 'adt'] %}
    select
        src_file,
        src_row,
        'value' as turns_away,
        'unreadable_date' as rule,
        '{{ variable | upper }}' as variable,
        {{ variable }}_given as value
    from times
    where {{ variable }}_given is not null and {{ variable }} is null
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

times_that_differ as (
    select
        src_file,
        src_row,
        'value' as turns_away,
        'time_differs' as rule,
        'AVAL' as variable,
        aval_given
        || ' '
        || unit
        || ' | '
        || cast(days_between_dates + origin_day as string)
        || ' by the dates' as value
    from times
    where differs_from_dates
),

broken_rules as (
    select * from not_analysed
    union all
    select * from repeated_parameters
    union all
    select * from impossible_times
    union all
    select * from unknown_units
    union all
    select * from impossible_censorings
    union all
    select * from impossible_intervals
    union all
    select * from unreadable_dates
    union all
    select * from times_that_differ
)

select * from broken_rules
