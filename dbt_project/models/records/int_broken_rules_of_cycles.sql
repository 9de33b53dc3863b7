with ex as (
    select * from {{ ref('stg_sdtm__ex') }}
),

doses as (
    select * from {{ ref('int_dose_records') }}
    where cycle is not null
),

cycle_starts as (
    select
        usubjid,
        cycle,
        min(adt) as cycle_start
    from doses
    group by usubjid, cycle
),

-- a cycle has no day that an earlier one has begun on, or begins on later
cycles_out_of_order as (
    select distinct
        doses.src_file,
        doses.src_row,
        'value' as turns_away,
        'cycle_out_of_order' as rule,
        'VISIT' as variable,
        ex.visit as value
    from doses
    inner join ex
        on
            doses.src_file = ex.src_file
            and doses.src_row = ex.src_row
    inner join cycle_starts
        on
            doses.usubjid = cycle_starts.usubjid
            and doses.cycle > cycle_starts.cycle
            and doses.adt <= cycle_starts.cycle_start
)

select * from cycles_out_of_order
