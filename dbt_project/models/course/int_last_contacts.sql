-- what orders records holds them all in memory: only those of the last days are kept
with last_days as (
    select
        usubjid,
        max(adt) as last_day,
        max(case when is_in_person then adt end) as last_visit_day
    from {{ ref('int_contacts') }}
    group by usubjid
),

last_contacts as (
    select contacts.*
    from {{ ref('int_contacts') }} as contacts
    inner join last_days
        on
            contacts.usubjid = last_days.usubjid
            and (
                contacts.adt = last_days.last_day
                or (contacts.is_in_person and contacts.adt = last_days.last_visit_day)
            )
)

select * from last_contacts
