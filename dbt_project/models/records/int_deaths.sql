with death_records as (
    select * from {{ ref('int_death_records') }}
),

contact_records as (
    select * from {{ ref('int_contact_records') }}
),

deaths_chosen as (
    select *
    from death_records
    where rule is null
    -- the contact that tells of a death may be later and dates it only where nothing
    -- else does; then a complete date before a partial one, then the nearest domain
    qualify
        row_number() over (
            partition by usubjid
            order by
                case when srcdom = 'SS' then 1 else 0 end,
                case when adtf is null then 0 else 1 end,
                source_order,
                adt,
                srcseq,
                src_file,
                src_row
        ) = 1
),

last_signs_of_life as (
    select
        deaths_chosen.usubjid,
        max(contact_records.adt) as adt
    from deaths_chosen
    inner join contact_records
        on
            deaths_chosen.usubjid = contact_records.usubjid
            and deaths_chosen.adt_last >= contact_records.adt
    group by deaths_chosen.usubjid
),

deaths as (
    select
        deaths_chosen.usubjid,
        greatest(deaths_chosen.adt, last_signs_of_life.adt) as dthdt,
        deaths_chosen.adtf as dthdtf,
        deaths_chosen.srcdom,
        deaths_chosen.srcvar,
        deaths_chosen.srcseq
    from deaths_chosen
    left join last_signs_of_life
        on deaths_chosen.usubjid = last_signs_of_life.usubjid
)

select * from deaths
