with pr as (
    select * from {{ accepted('stg_sdtm__pr') }}
),

sv as (
    select * from {{ accepted('stg_sdtm__sv') }}
),

record_terms as (
    select * from {{ ref('int_record_terms') }}
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
        record_terms.value as transplant_type,
        first_doses.trtsdt,
        pr.prstdt,
        pr.prstdt_last,
        pr.prstdtf,
        pr.prendt_last,
        visits.visit_date
    from pr
    inner join record_terms
        on
            pr.src_file = record_terms.src_file
            and pr.src_row = record_terms.src_row
            and record_terms.category = 'transplant'
    inner join first_doses
        on pr.usubjid = first_doses.usubjid
    left join visits
        on
            pr.usubjid = visits.usubjid
            and pr.visitnum = visits.visitnum
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
