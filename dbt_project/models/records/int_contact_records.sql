with current_records as (
    select * from {{ ref('int_current_records') }}
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

records_left_out as (
    select * from {{ ref('int_records_left_out') }}
    where about = 'category' and counted_as = 'contact'
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

-- the start of a dose is the day the doses settled on
starts as (
    select
        current_records.src_file,
        current_records.src_row,
        current_records.domain,
        current_records.usubjid,
        current_records.seq,
        current_records.date_variable as srcvar,
        coalesce(doses.adt, current_records.adt) as adt,
        current_records.adtf
    from current_records
    left join doses
        on
            current_records.src_file = doses.src_file
            and current_records.src_row = doses.src_row
),

-- records read once more, so that the many without an end are not held in memory
ends as (
    select
        records.src_file,
        records.src_row,
        records.domain,
        records.usubjid,
        records.seq,
        end_dates.variable as srcvar,
        end_dates.adt,
        end_dates.adtf
    from end_dates
    inner join {{ ref('int_current_records') }} as records
        on
            end_dates.src_file = records.src_file
            and end_dates.src_row = records.src_row
    where end_dates.rule is null
),

starts_and_ends as (
    select * from starts
    union all
    select * from ends
),

records_with_ends as (
    select
        days.src_file,
        days.src_row,
        days.domain,
        days.usubjid,
        days.seq,
        days.srcvar,
        days.adt,
        days.adtf,
        terms_of_contacts.contact_mode,
        terms_of_contacts.status
    from starts_and_ends as days
    left join terms_of_contacts
        on
            days.src_file = terms_of_contacts.src_file
            and days.src_row = terms_of_contacts.src_row
    left join records_left_out
        on
            days.src_file = records_left_out.src_file
            and days.src_row = records_left_out.src_row
    where
        days.domain in ({{ quoted_items(var('contact_domains')) }})
        and days.adt is not null
        and records_left_out.src_row is null
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
            else domain in ({{ quoted_items(var('visit_domains')) }})
        end as is_in_person
    from records_with_ends
    where domain <> 'SS' or status = 'alive'
)

select * from contacts
