with dm as (
    select * from {{ ref('stg_sdtm__dm') }}
),

current_records as (
    select * from {{ ref('int_current_records') }}
),

statements as (
    select * from {{ ref('int_death_statements') }}
),

deaths_in_demographics as (
    select
        dm.src_file,
        dm.src_row,
        dm.src_trial,
        dm.usubjid,
        'DM' as srcdom,
        'DTHDTC' as srcvar,
        cast(null as int) as srcseq,
        dm.dthdtc as value,
        dm.dthdt as adt,
        dm.dthdt_last as adt_last,
        dm.dthdtf as adtf,
        1 as source_order
    from dm
    inner join current_records
        on
            dm.src_file = current_records.src_file
            and dm.src_row = current_records.src_row
    where dm.dthdtc is not null
),

-- DD is dated by the day on which its details were collected, which may be later
deaths_in_other_domains as (
    select
        records.src_file,
        records.src_row,
        records.src_trial,
        records.usubjid,
        records.domain as srcdom,
        records.date_variable as srcvar,
        records.seq as srcseq,
        records.dtc as value,
        records.adt,
        records.adt_last,
        records.adtf,
        case records.domain when 'DS' then 2 when 'DD' then 3 else 4 end
            as source_order
    from {{ ref('int_current_records') }} as records
    inner join statements
        on
            records.src_file = statements.src_file
            and records.src_row = statements.src_row
),

deaths_given as (
    select * from deaths_in_demographics
    union all
    select * from deaths_in_other_domains
)

select * from deaths_given
