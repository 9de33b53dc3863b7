with ex as (
    select * from {{ ref('stg_sdtm__ex') }}
),

sv as (
    select * from {{ ref('stg_sdtm__sv') }}
),

compared as (
    select * from {{ ref('int_records_compared') }}
),

trials as (
    select * from {{ ref('stg_study__trials') }}
),

ends_as_given as (
    select
        src_trial,
        src_file,
        src_row,
        'EXENDTC' as variable,
        exendtc as value,
        exstdt as adt_start,
        exendt as adt,
        exendt_last as adt_last,
        exendtf as adtf
    from ex
    where exendtc is not null
    union all
    select
        src_trial,
        src_file,
        src_row,
        'SVENDTC' as variable,
        svendtc as value,
        svstdt as adt_start,
        svendt as adt,
        svendt_last as adt_last,
        svendtf as adtf
    from sv
    where svendtc is not null
),

ends_checked as (
    select
        ends_as_given.src_file,
        ends_as_given.src_row,
        compared.domain,
        compared.usubjid,
        compared.seq,
        ends_as_given.variable,
        ends_as_given.value,
        case
            when ends_as_given.adt is not null
                then greatest(ends_as_given.adt, ends_as_given.adt_start)
        end as adt,
        ends_as_given.adtf,
        case
            when ends_as_given.adt is null then 'unreadable_date'
            when ends_as_given.adt_last < ends_as_given.adt_start
                then 'end_before_start'
            when ends_as_given.adt > trials.cutoff then 'after_cutoff'
        end as rule
    from ends_as_given
    inner join compared
        on
            ends_as_given.src_file = compared.src_file
            and ends_as_given.src_row = compared.src_row
    left join trials
        on ends_as_given.src_trial = trials.trial_id
    where compared.rule is null
)

select * from ends_checked
