with ex as (
    select * from {{ ref('stg_sdtm__ex') }}
),

current_records as (
    select * from {{ ref('int_current_records') }}
),

record_terms as (
    select * from {{ ref('int_record_terms') }}
),

end_dates as (
    select * from {{ ref('int_end_dates') }}
),

records_left_out as (
    select * from {{ ref('int_records_left_out') }}
    where about = 'category' and counted_as = 'dose'
),

treatments_with_ends as (
    select distinct
        src_trial,
        extrt
    from ex
    where exendtc is not null
),

-- a record of study treatment with a date is a dose, unless the study leaves it out
doses as (
    select
        ex.src_file,
        ex.src_row,
        ex.src_trial,
        ex.usubjid,
        ex.exseq,
        ex.exstdt,
        ex.exstdt_last,
        ex.exstdtf,
        ex.exstdt_time,
        ex.extrt,
        case when end_dates.rule is null then end_dates.adt end as exendt,
        case when end_dates.rule is null then end_dates.adtf end as exendtf,
        -- of a treatment with ends, who has none is still treated
        coalesce(
            end_dates.rule = 'after_cutoff',
            ex.exendtc is null and treatments_with_ends.extrt is not null
        ) as is_open,
        {{ whole_number('record_terms.value') }} as cycle
    from ex
    inner join current_records
        on
            ex.src_file = current_records.src_file
            and ex.src_row = current_records.src_row
    left join record_terms
        on
            ex.src_file = record_terms.src_file
            and ex.src_row = record_terms.src_row
            and record_terms.category = 'cycle'
    left join end_dates
        on
            ex.src_file = end_dates.src_file
            and ex.src_row = end_dates.src_row
    left join treatments_with_ends
        on
            ex.src_trial = treatments_with_ends.src_trial
            and ex.extrt = treatments_with_ends.extrt
    left join records_left_out
        on
            ex.src_file = records_left_out.src_file
            and ex.src_row = records_left_out.src_row
    where records_left_out.src_row is null
),

-- a partial date is the first dose only when no dated dose lies before or inside it
dated_doses as (
    select
        *,
        min(case when exstdtf is null then exstdt end) over (partition by usubjid)
            as first_dated_dose
    from doses
),

first_doses as (
    select
        usubjid,
        min(
            case
                when exstdtf is null or first_dated_dose is null then exstdt
                when exstdt_last < first_dated_dose then exstdt
            end
        ) as trtsdt
    from dated_doses
    group by usubjid
),

cycle_starts as (
    select
        doses.usubjid,
        doses.cycle,
        min(
            {{ not_before('doses.exstdt', 'doses.exstdt_last', 'first_doses.trtsdt') }}
        ) as cycle_start,
        min(case when doses.exstdtf is null then 0 else 1 end) as n_partial
    from doses
    inner join first_doses
        on doses.usubjid = first_doses.usubjid
    where doses.cycle is not null
    group by doses.usubjid, doses.cycle
),

cycles_in_order as (
    select
        *,
        sum(n_partial) over (partition by usubjid order by cycle) as n_partial_so_far
    from cycle_starts
),

-- a partial date stands for the day after the earlier cycles began, when it can; each
-- earlier cycle whose own date is partial takes a day
earlier_cycles as (
    select
        doses.src_file,
        doses.src_row,
        {{ add_days(
            'max(' ~ add_days(
                'cycles_in_order.cycle_start', '-cycles_in_order.n_partial_so_far'
            ) ~ ')',
            'cast(sum(cycles_in_order.n_partial) + 1 as int)'
        ) }} as next_day
    from doses
    inner join cycles_in_order
        on
            doses.usubjid = cycles_in_order.usubjid
            and doses.cycle > cycles_in_order.cycle
    group by doses.src_file, doses.src_row
),

placed_doses as (
    select
        doses.src_file,
        doses.src_row,
        doses.src_trial,
        doses.usubjid,
        doses.exseq,
        doses.cycle,
        case
            when earlier_cycles.next_day between doses.exstdt and doses.exstdt_last
                then earlier_cycles.next_day
            else
                {{ not_before(
                    'doses.exstdt', 'doses.exstdt_last', 'first_doses.trtsdt'
                ) }}
        end as adt,
        doses.exstdtf as adtf,
        doses.exstdt_time as atm,
        doses.exendt as adt_end,
        doses.exendtf as adtf_end,
        doses.extrt,
        doses.is_open,
        first_doses.trtsdt
    from doses
    inner join first_doses
        on doses.usubjid = first_doses.usubjid
    left join earlier_cycles
        on
            doses.src_file = earlier_cycles.src_file
            and doses.src_row = earlier_cycles.src_row
)

select * from placed_doses
