{# the visit itself before what was done at it #}
{% set ties = [
    "case when srcdom = 'SV' then 0 else 1 end", 'srcdom', 'srcvar', 'srcseq'
] %}
with deaths as (
    select * from {{ ref('int_deaths') }}
),

contacts as (
    select * from {{ ref('int_last_contacts') }}
),

last_days as (
    select
        usubjid,
        max(adt) as last_day,
        max(case when is_in_person then adt end) as last_visit_day
    from contacts
    group by usubjid
),

-- what orders records holds them all in memory: only those of the last days are ordered
contacts_latest_first as (
    select
        contacts.*,
        {{ place_by_date('contacts.usubjid', latest=true, ties=ties) }} as place,
        {{ place_by_date(
            'contacts.usubjid, contacts.is_in_person', latest=true, ties=ties
        ) }} as place_of_its_kind
    from contacts
    inner join last_days
        on
            contacts.usubjid = last_days.usubjid
            and (
                contacts.adt = last_days.last_day
                or (contacts.is_in_person and contacts.adt = last_days.last_visit_day)
            )
),

last_contacts as (
    select * from contacts_latest_first
    where place = 1
),

last_visits as (
    select * from contacts_latest_first
    where is_in_person and place_of_its_kind = 1
),

survival_facts as (
    select
        usubjid,
        'last_known_alive' as fact,
        adt,
        adtf,
        cast(null as string) as fact_value,
        cast(null as int) as cycle,
        srcdom,
        srcvar,
        srcseq
    from last_contacts
    union all
    select
        usubjid,
        'last_contact' as fact,
        adt,
        adtf,
        cast(null as string) as fact_value,
        cast(null as int) as cycle,
        srcdom,
        srcvar,
        srcseq
    from last_contacts
    union all
    select
        usubjid,
        'last_documented_visit' as fact,
        adt,
        adtf,
        cast(null as string) as fact_value,
        cast(null as int) as cycle,
        srcdom,
        srcvar,
        srcseq
    from last_visits
    union all
    select
        usubjid,
        'death' as fact,
        dthdt as adt,
        dthdtf as adtf,
        cast(null as string) as fact_value,
        cast(null as int) as cycle,
        srcdom,
        srcvar,
        srcseq
    from deaths
)

select * from survival_facts
