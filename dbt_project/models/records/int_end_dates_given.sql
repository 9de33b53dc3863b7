with ex as (
    select * from {{ ref('stg_sdtm__ex') }}
),

sv as (
    select * from {{ ref('stg_sdtm__sv') }}
),

-- the end of a record in another domain, where it may be a contact
record_values as (
    select * from {{ ref('stg_sdtm__values') }}
    where variable = src_domain || 'ENDTC' and src_domain not in ('EX', 'SV')
),

ends_given as (
    select
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
    union all
    select
        src_file,
        src_row,
        variable,
        value,
        cast(null as date) as adt_start,
        valuedt as adt,
        valuedt_last as adt_last,
        valuedtf as adtf
    from record_values
),

ends_of_current_records as (
    select
        ends_given.src_file,
        ends_given.src_row,
        current_records.src_trial,
        current_records.domain,
        current_records.usubjid,
        current_records.seq,
        ends_given.variable,
        ends_given.value,
        coalesce(ends_given.adt_start, current_records.adt) as adt_start,
        ends_given.adt,
        ends_given.adt_last,
        ends_given.adtf
    from ends_given
    inner join {{ ref('int_current_records') }} as current_records
        on
            ends_given.src_file = current_records.src_file
            and ends_given.src_row = current_records.src_row
)

select * from ends_of_current_records
