with subject_dates as (
    select * from {{ ref('int_subject_dates') }}
),

mrd_results as (
    select * from {{ ref('int_mrd_results') }}
),

deciding_results as (
    select *
    from mrd_results
    where is_on_treatment and is_deciding
),

summaries as (
    select
        usubjid,
        cast(count(*) as int) as n_results,
        min(adt) as first_result_date
    from deciding_results
    group by usubjid
),

first_responses as (
    select *
    from deciding_results
    where is_response
    qualify {{ place_by_date('usubjid', ties=['lbseq']) }} = 1
),

first_results as (
    select *
    from deciding_results
    qualify {{ place_by_date('usubjid', ties=['lbseq']) }} = 1
),

mrd_status as (
    select
        subject_dates.usubjid,
        first_results.usubjid is not null as is_evaluable,
        -- not evaluable is not negative
        case
            when first_results.usubjid is not null
                then first_responses.usubjid is not null
        end as is_responder,
        coalesce(summaries.n_results, 0) as n_results,
        summaries.first_result_date,
        first_responses.adt as first_response_date,
        first_responses.cycle as first_response_cycle,
        -- the assay of the result that settled it
        case
            when first_responses.usubjid is not null then first_responses.assay
            else first_results.assay
        end as assay,
        case
            when first_responses.usubjid is not null then first_responses.sensitivity
            else first_results.sensitivity
        end as sensitivity,
        cast({{ var('mrd_threshold') }} as double) as threshold
    from subject_dates
    left join summaries
        on subject_dates.usubjid = summaries.usubjid
    left join first_results
        on subject_dates.usubjid = first_results.usubjid
    left join first_responses
        on subject_dates.usubjid = first_responses.usubjid
    where subject_dates.trtsdt is not null
)

select
    usubjid,
    is_evaluable,
    is_responder,
    n_results,
    first_result_date,
    first_response_date,
    first_response_cycle,
    assay,
    sensitivity,
    threshold
from mrd_status
