with dose_records as (
    select * from {{ accepted('int_dose_records') }}
),

cycles_out_of_order as (
    select * from {{ ref('int_broken_rules_of_cycles') }}
),

deaths as (
    select * from {{ ref('int_deaths') }}
),

doses as (
    select
        dose_records.usubjid,
        dose_records.exseq,
        case when cycles_out_of_order.src_row is null then dose_records.cycle end
            as cycle,
        dose_records.adt,
        dose_records.adtf,
        dose_records.atm,
        case
            when dose_records.adt_end <= coalesce(deaths.dthdt, dose_records.adt_end)
                then dose_records.adt_end
        end as adt_end,
        dose_records.adtf_end,
        dose_records.is_open
        and dose_records.adt = max(dose_records.adt) over (
            partition by dose_records.usubjid, dose_records.extrt
        ) as is_ongoing,
        dose_records.trtsdt
    from dose_records
    left join cycles_out_of_order
        on
            dose_records.src_file = cycles_out_of_order.src_file
            and dose_records.src_row = cycles_out_of_order.src_row
    left join deaths
        on dose_records.usubjid = deaths.usubjid
)

select * from doses
