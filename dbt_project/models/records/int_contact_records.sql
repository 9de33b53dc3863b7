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

-- few records are listed, so that the many are not held in memory to look for theirs
terms_that_matter as (
    select
        src_file,
        src_row,
        bool_or(category = 'contact_mode') as is_remote,
        bool_or(category = 'status') as is_found_alive
    from record_terms
    where
        (category = 'contact_mode' and value <> 'visit')
        or (category = 'status' and value = 'alive')
    group by src_file, src_row
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

ends as (
    select
        src_file,
        src_row,
        domain,
        usubjid,
        seq,
        variable as srcvar,
        adt,
        adtf
    from end_dates
    where rule is null
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
        coalesce(terms_that_matter.is_remote, false) as is_remote,
        coalesce(terms_that_matter.is_found_alive, false) as is_found_alive
    from starts_and_ends as days
    left join terms_that_matter
        on
            days.src_file = terms_that_matter.src_file
            and days.src_row = terms_that_matter.src_row
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
            when domain = 'SV' then not is_remote
            else domain in ({{ quoted_items(var('visit_domains')) }})
        end as is_in_person
    from records_with_ends
    where domain <> 'SS' or is_found_alive
)

select * from contacts
