with dm as (
    select * from {{ accepted('stg_sdtm__dm') }}
),

lb as (
    select * from {{ accepted('stg_sdtm__lb') }}
),

mh as (
    select * from {{ accepted('stg_sdtm__mh') }}
),

cm as (
    select * from {{ accepted('stg_sdtm__cm') }}
),

verdicts as (
    select * from {{ ref('int_record_verdicts') }}
),

death_records as (
    select * from {{ ref('int_death_records') }}
),

undated_deaths as (
    select * from {{ ref('int_deaths_without_date') }}
),

end_dates as (
    select * from {{ ref('int_end_dates') }}
),

deaths as (
    select * from {{ ref('int_deaths') }}
),

ages as (
    select
        src_file,
        src_row,
        'AGE' as variable,
        case
            when {{ number('age_given') }} is null then 'unreadable_number'
            when upper(ageu) <> 'YEARS' then 'wrong_unit'
            else 'impossible_number'
        end as rule,
        case
            when {{ number('age_given') }} is not null and upper(ageu) <> 'YEARS'
                then age_given || ' ' || ageu
            else age_given
        end as value
    from dm
    where age_given is not null and age is null
),

detection_limits as (
    select
        src_file,
        src_row,
        'LBLLOD' as variable,
        case
            when {{ number('lbllod_given') }} is null then 'unreadable_number'
            else 'impossible_number'
        end as rule,
        lbllod_given as value
    from lb
    where lbllod_given is not null and lbllod is null
),

quantification_limits as (
    select
        src_file,
        src_row,
        'LBLLOQ' as variable,
        case
            when {{ number('lblloq_given') }} is null then 'unreadable_number'
            else 'impossible_number'
        end as rule,
        lblloq_given as value
    from lb
    where lblloq_given is not null and lblloq is null
),

history_dates as (
    select
        src_file,
        src_row,
        'MHSTDTC' as variable,
        'unreadable_date' as rule,
        mhstdtc as value
    from mh
    where mhstdtc is not null and mhstdt is null
    union all
    select
        src_file,
        src_row,
        'CMSTDTC' as variable,
        'unreadable_date' as rule,
        cmstdtc as value
    from cm
    where cmstdtc is not null and cmstdt is null
),

death_dates as (
    select
        src_file,
        src_row,
        srcvar as variable,
        rule,
        value
    from death_records
    where srcdom = 'DM' and rule is not null
),

deaths_without_date as (
    select
        src_file,
        src_row,
        'DTHFL' as variable,
        'death_without_date' as rule,
        dthfl as value
    from undated_deaths
),

ends as (
    select
        end_dates.src_file,
        end_dates.src_row,
        end_dates.variable,
        coalesce(end_dates.rule, 'after_death') as rule,
        end_dates.value
    from end_dates
    left join deaths
        on end_dates.usubjid = deaths.usubjid
    where end_dates.rule is not null or end_dates.adt > deaths.dthdt
),

values_set_aside as (
    select * from ages
    union all
    select * from detection_limits
    union all
    select * from quantification_limits
    union all
    select * from history_dates
    union all
    select * from death_dates
    union all
    select * from deaths_without_date
    union all
    select * from ends
),

values_of_accepted_records as (
    select
        verdicts.src_domain,
        verdicts.src_trial,
        verdicts.src_file,
        verdicts.src_row,
        verdicts.usubjid,
        values_set_aside.variable,
        values_set_aside.rule,
        values_set_aside.value
    from values_set_aside
    inner join verdicts
        on
            values_set_aside.src_file = verdicts.src_file
            and values_set_aside.src_row = verdicts.src_row
    where verdicts.is_accepted
)

select * from values_of_accepted_records
