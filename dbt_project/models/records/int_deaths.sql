with death_records as (
    select * from {{ ref('int_death_records') }}
),

contact_records as (
    select * from {{ ref('int_contact_records') }}
),

dose_records as (
    select * from {{ ref('int_dose_records') }}
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
                source_order nulls last,
                adt nulls last,
                srcseq nulls last,
                src_file,
                src_row
        ) = 1
),

-- a dose is one, wherever the study takes contacts from
signs_of_life as (
    select
        usubjid,
        adt
    from contact_records
    union all
    select
        usubjid,
        adt
    from dose_records
),

last_signs_of_life as (
    select
        deaths_chosen.usubjid,
        max(signs_of_life.adt) as adt
    from deaths_chosen
    inner join signs_of_life
        on
            deaths_chosen.usubjid = signs_of_life.usubjid
            and deaths_chosen.adt_last >= signs_of_life.adt
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
