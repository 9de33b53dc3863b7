with verdicts as (
    select * from {{ ref('int_record_verdicts') }}
),

values_set_aside as (
    select * from {{ ref('int_values_set_aside') }}
),

censoring as (
    select * from {{ ref('censoring') }}
),

responses as (
    select * from {{ ref('int_responses') }}
),

first_remissions as (
    select * from {{ ref('int_first_remissions') }}
),

records_rejected as (
    select
        src_trial,
        src_file,
        src_row + 1 as line,
        usubjid,
        variable,
        rule,
        value
    from verdicts
    where not is_accepted
),

values_rejected as (
    select
        src_trial,
        src_file,
        src_row + 1 as line,
        usubjid,
        variable,
        rule,
        value
    from values_set_aside
),

events_before_their_origin as (
    select distinct
        verdicts.src_trial,
        verdicts.src_file,
        verdicts.src_row + 1 as line,
        censoring.usubjid,
        censoring.srcvar as variable,
        'before_origin' as rule,
        censoring.paramcd || ' ' || cast(censoring.adt as string) as value
    from censoring
    inner join verdicts
        on
            censoring.usubjid = verdicts.usubjid
            and censoring.srcdom = verdicts.domain
            and coalesce(censoring.srcseq, 0) = coalesce(verdicts.seq, 0)
    where
        censoring.reason = 'before origin'
        and censoring.role in ('event', 'competing')
        and verdicts.is_accepted
),

-- a relapse of a responder that is told before there is a remission to end
relapses_before_remission as (
    select
        verdicts.src_trial,
        verdicts.src_file,
        verdicts.src_row + 1 as line,
        responses.usubjid,
        'RSDTC' as variable,
        'before_origin' as rule,
        'relapse ' || cast(responses.adt as string) as value
    from responses
    inner join first_remissions
        on responses.usubjid = first_remissions.usubjid
    inner join verdicts
        on
            responses.usubjid = verdicts.usubjid
            and responses.rsseq = verdicts.seq
            and verdicts.domain = 'RS'
    where
        responses.relapse_site is not null
        and responses.adt_last <= first_remissions.adt
        and verdicts.is_accepted
),

rejected as (
    select * from records_rejected
    union all
    select * from values_rejected
    union all
    select * from events_before_their_origin
    union all
    select * from relapses_before_remission
)

select
    src_trial,
    src_file,
    line,
    usubjid,
    variable,
    rule,
    value
from rejected
