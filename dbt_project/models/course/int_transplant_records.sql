with pr as (
    select * from {{ accepted('stg_sdtm__pr') }}
),

sv as (
    select * from {{ accepted('stg_sdtm__sv') }}
),

record_terms as (
    select
        src_file,
        src_row,
        value
    from {{ ref('int_record_terms') }}
    where category = 'transplant'
),

qualifier_terms as (
    select
        src_file,
        src_row,
        value
    from {{ ref('int_qualifier_terms') }}
    where category = 'transplant'
),

-- the procedure's own wording, and a qualifier's where that says nothing
transplant_terms as (
    select
        coalesce(record_terms.src_file, qualifier_terms.src_file) as src_file,
        coalesce(record_terms.src_row, qualifier_terms.src_row) as src_row,
        coalesce(record_terms.value, qualifier_terms.value) as value
    from record_terms
    full join qualifier_terms
        on
            record_terms.src_file = qualifier_terms.src_file
            and record_terms.src_row = qualifier_terms.src_row
),

records_left_out as (
    select * from {{ ref('int_records_left_out') }}
    where about = 'category' and counted_as = 'transplant'
),

first_doses as (
    select distinct
        usubjid,
        trtsdt
    from {{ ref('int_doses') }}
),

visits as (
    select
        usubjid,
        visitnum,
        min(svstdt) as visit_date
    from sv
    where visitnum is not null
    group by usubjid, visitnum
),

transplants as (
    select
        pr.usubjid,
        pr.prseq,
        transplant_terms.value as transplant_type,
        first_doses.trtsdt,
        pr.prstdt,
        pr.prstdt_last,
        pr.prstdtf,
        pr.prendt_last,
        visits.visit_date
    from pr
    inner join transplant_terms
        on
            pr.src_file = transplant_terms.src_file
            and pr.src_row = transplant_terms.src_row
    inner join first_doses
        on pr.usubjid = first_doses.usubjid
    left join visits
        on
            pr.usubjid = visits.usubjid
            and pr.visitnum = visits.visitnum
    left join records_left_out
        on
            pr.src_file = records_left_out.src_file
            and pr.src_row = records_left_out.src_row
    where records_left_out.src_row is null
),

transplants_placed as (
    select
        usubjid,
        prseq,
        transplant_type,
        trtsdt,
        prstdt,
        prstdt_last,
        prstdtf,
        -- a partial date that holds the first dose may lie on either side of it: it is
        -- one after treatment only where it was told at a later visit
        case
            when prstdt > trtsdt then false
            when prstdt_last <= trtsdt then true
            when prendt_last <= trtsdt then true
            else coalesce(visit_date <= trtsdt, true)
        end as is_prior
    from transplants
)

select * from transplants_placed
