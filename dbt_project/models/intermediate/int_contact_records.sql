with compared as (
    select * from {{ ref('int_records_compared') }}
),

record_terms as (
    select * from {{ ref('int_record_terms') }}
),

doses as (
    select * from {{ ref('int_dose_records') }}
),

end_dates as (
    select * from {{ ref('int_end_dates') }}
),

terms_of_contacts as (
    select
        src_file,
        src_row,
        max(case when category = 'contact_mode' then value end) as contact_mode,
        max(case when category = 'status' then value end) as status
    from record_terms
    where category in ('contact_mode', 'status')
    group by
        src_file,
        src_row
),

dated_records as (
    select
        compared.src_file,
        compared.src_row,
        compared.domain,
        compared.usubjid,
        compared.seq,
        compared.date_variable as srcvar,
        coalesce(doses.adt, compared.adt) as adt,
        compared.adtf,
        doses.src_row is not null as is_dose,
        terms_of_contacts.contact_mode,
        terms_of_contacts.status
    from compared
    left join doses
        on
            compared.src_file = doses.src_file
            and compared.src_row = doses.src_row
    left join terms_of_contacts
        on
            compared.src_file = terms_of_contacts.src_file
            and compared.src_row = terms_of_contacts.src_row
    where
        compared.rule is null
        and compared.domain in ('SV', 'RS', 'QS', 'LB', 'GF', 'PR', 'EX', 'SS')
),

records_with_ends as (
    select * from dated_records
    union all
    select
        dated_records.src_file,
        dated_records.src_row,
        dated_records.domain,
        dated_records.usubjid,
        dated_records.seq,
        end_dates.variable as srcvar,
        end_dates.adt,
        end_dates.adtf,
        dated_records.is_dose,
        dated_records.contact_mode,
        dated_records.status
    from dated_records
    inner join end_dates
        on
            dated_records.src_file = end_dates.src_file
            and dated_records.src_row = end_dates.src_row
    where end_dates.rule is null
),

contacts as (
    select
        src_file,
        src_row,
        usubjid,
        domain as srcdom,
        srcvar,
        seq as srcseq,
        adt,
        adtf,
        -- a visit whose mode nobody wrote down is a visit
        case
            when domain = 'SV' then coalesce(contact_mode, 'visit') = 'visit'
            else domain in ('RS', 'LB', 'EX', 'PR')
        end as is_in_person
    from records_with_ends
    where
        (domain <> 'EX' or is_dose)
        and (domain <> 'SS' or status = 'alive')
)

select * from contacts
