-- a date that ends an endpoint can be found in a record, or is so many days after one
select
    censoring.usubjid,
    censoring.paramcd,
    censoring.rule_id
from {{ ref('censoring') }} as censoring
left join {{ ref('stg_study__endpoint_rules') }} as endpoint_rules
    on
        censoring.paramcd = endpoint_rules.paramcd
        and censoring.rule_id = endpoint_rules.rule_id
left join {{ ref('source_dates') }} as source_dates
    on
        censoring.usubjid = source_dates.usubjid
        and censoring.srcdom = source_dates.srcdom
        and censoring.srcvar = source_dates.srcvar
        and coalesce(censoring.srcseq, 0) = coalesce(source_dates.srcseq, 0)
        and {{ add_days('censoring.adt', '-coalesce(endpoint_rules.days_after, 0)') }}
        between source_dates.first_day and source_dates.last_day
where
    censoring.srcdom is not null
    -- a time of ADaM needs no dates
    and (censoring.srcdom <> 'ADTTE' or censoring.adt is not null)
    and source_dates.src_file is null
