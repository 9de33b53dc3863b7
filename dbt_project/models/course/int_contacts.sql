{{ config(materialized='view') }}
with contact_records as (
    select * from {{ accepted('int_contact_records') }}
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
    left join deaths
        on contact_records.usubjid = deaths.usubjid
    where contact_records.adt <= coalesce(deaths.dthdt, contact_records.adt)
)

select * from contacts
