with lb as (
    select * from {{ accepted('stg_sdtm__lb') }}
),

record_terms as (
    select * from {{ ref('int_record_terms') }}
),

subject_dates as (
    select * from {{ ref('int_subject_dates') }}
),

cycles as (
    select * from {{ ref('int_treatment_cycles') }}
),

records_left_out as (
    select * from {{ ref('int_records_left_out') }}
    where about = 'category' and counted_as = 'mrd'
),

results as (
    select
        lb.usubjid,
        lb.lbseq,
        {{ not_before('lb.lbdt', 'lb.lbdt_last', 'subject_dates.trtsdt') }} as adt,
        lb.lbdt_last as adt_last,
        lb.lbdtf as adtf,
        -- a measured zero is a negative whose worth is the assay's sensitivity
        case
            when record_terms.value = 'quantified' and lb.lbstresn = 0 then 'undetected'
            else record_terms.value
        end as result_kind,
        lb.lbstresn as result,
        lb.lbllod,
        lb.lblloq,
        lb.lbmethod as assay,
        subject_dates.trtsdt,
        subject_dates.treatment_close_date
    from lb
    inner join record_terms
        on
            lb.src_file = record_terms.src_file
            and lb.src_row = record_terms.src_row
            and record_terms.category = 'mrd'
    inner join subject_dates
        on lb.usubjid = subject_dates.usubjid
    left join records_left_out
        on
            lb.src_file = records_left_out.src_file
            and lb.src_row = records_left_out.src_row
    where
        subject_dates.trtsdt is not null
        and records_left_out.src_row is null
),

results_judged as (
    select
        *,
        -- a negative says nothing below what the assay can see
        case result_kind
            when 'quantified' then coalesce(result > 0, false)
            when 'positive_not_quantifiable'
                then coalesce(lblloq <= {{ var('mrd_threshold') }}, false)
            -- what can be quantified can be detected
            when 'undetected'
                then
                    coalesce(
                        coalesce(lbllod, lblloq) <= {{ var('mrd_threshold') }}, false
                    )
            else false
        end as is_deciding,
        adt_last > trtsdt and coalesce(adt <= treatment_close_date, false)
            as is_on_treatment
    from results
),

mrd_results as (
    select
        results_judged.usubjid,
        results_judged.lbseq,
        results_judged.adt,
        results_judged.adtf,
        cycles.cycle,
        results_judged.result_kind,
        results_judged.result,
        results_judged.assay,
        coalesce(results_judged.lbllod, results_judged.lblloq) as sensitivity,
        results_judged.is_on_treatment,
        results_judged.is_deciding,
        case
            when not results_judged.is_deciding then null
            when results_judged.result_kind = 'quantified'
                then results_judged.result < {{ var('mrd_threshold') }}
            else true
        end as is_response
    from results_judged
    left join cycles
        on
            results_judged.usubjid = cycles.usubjid
            and results_judged.adt between cycles.cycle_start and cycles.cycle_end
)

select * from mrd_results
