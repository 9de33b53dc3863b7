with contact_records as (
    select * from {{ ref('int_contact_records') }}
),

verdicts as (
    select * from {{ ref('int_record_verdicts') }}
),

deaths as (
    select * from {{ ref('int_deaths') }}
),

contacts as (
    select
        contact_records.usubjid,
        contact_records.srcdom,
        contact_records.srcvar,
        contact_records.srcseq,
        contact_records.adt,
        contact_records.adtf,
        contact_records.is_in_person
    from contact_records
    inner join verdicts
        on
            contact_records.src_file = verdicts.src_file
            and contact_records.src_row = verdicts.src_row
    left join deaths
        on contact_records.usubjid = deaths.usubjid
    where
        verdicts.is_accepted
        and contact_records.adt <= coalesce(deaths.dthdt, contact_records.adt)
)

select * from contacts
