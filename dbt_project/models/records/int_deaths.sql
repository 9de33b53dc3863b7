with death_records as (
    select * from {{ ref('int_death_records') }}
),

contact_records as (
    select * from {{ ref('int_contact_records') }}
),

dose_records as (
    select * from {{ ref('int_dose_records') }}
),

current_records as (
    select * from {{ ref('int_current_records') }}
),

statements as (
    select * from {{ ref('int_death_statements') }}
),

end_dates as (
    select * from {{ ref('int_end_dates') }}
),

-- the nearest domain first: the contact that tells of a death may be later than it
statements_in_order as (
    select
        *,
        row_number() over (
            partition by usubjid
            order by
                source_order asc nulls last,
                case when adtf is null then 0 else 1 end asc,
                adt asc nulls last,
                srcseq asc nulls last,
                src_file asc,
                src_row asc
        ) as place
    from death_records
    where rule is null
),

nearest_statements as (
    select
        usubjid,
        adt,
        adt_last
    from statements_in_order
    where place = 1
),

-- a complete date within the days of a partial one says it better, but not a contact's
deaths_chosen as (
    select statements.*
    from statements_in_order as statements
    inner join nearest_statements as nearest on statements.usubjid = nearest.usubjid
    qualify
        row_number() over (
            partition by statements.usubjid
            order by
                case
                    when
                        statements.srcdom <> 'SS'
                        and statements.adtf is null
                        and statements.adt between nearest.adt and nearest.adt_last
                        then 0
                    else 1
                end asc,
                statements.place asc nulls last
        ) = 1
),

-- whoever has a record of a known day is alive on it, unless it tells of the death, of
-- what was not done or only of a contact, which has a list of its own
days_of_records as (
    select
        current_records.usubjid,
        current_records.adt
    from current_records
    anti join statements
        on
            current_records.src_file = statements.src_file
            and current_records.src_row = statements.src_row
    where
        current_records.adtf is null
        and current_records.domain <> 'SS'
        and not current_records.is_not_done
    union all
    select
        usubjid,
        adt
    from end_dates
    where rule is null and adtf is null
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
    union all
    select
        usubjid,
        adt
    from days_of_records
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
    -- a death of a known day needs no sign
    where deaths_chosen.adtf is not null
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
