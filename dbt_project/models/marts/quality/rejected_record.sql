with findings as (
    select * from {{ ref('int_findings') }}
),

verdicts as (
    select * from {{ ref('int_record_verdicts') }}
),

censoring as (
    select * from {{ ref('censoring') }}
),

rules as (
    select * from {{ ref('stg_study__record_rules') }}
),

lines as (
    select * from {{ ref('stg_sdtm__ingest_lines') }}
),

events_before_their_origin as (
    select distinct
        verdicts.src_trial,
        verdicts.src_file,
        verdicts.src_row,
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

all_findings as (
    select * from findings
    union all
    select * from events_before_their_origin
),

records_found as (
    select distinct
        src_file,
        src_row
    from all_findings
),

-- records follow one per line from each line that is known
lines_of_records as (
    select
        records_found.src_file,
        records_found.src_row,
        records_found.src_row + max(lines.line - lines.src_row) as line
    from records_found
    inner join lines
        on
            records_found.src_file = lines.src_file
            and records_found.src_row >= lines.src_row
    group by records_found.src_file, records_found.src_row
),

rejected as (
    select
        all_findings.src_trial,
        all_findings.src_file,
        all_findings.src_row as record,
        lines_of_records.line,
        all_findings.usubjid,
        all_findings.variable,
        all_findings.rule,
        rules.policy,
        all_findings.value
    from all_findings
    inner join rules on all_findings.rule = rules.rule
    left join lines_of_records
        on
            all_findings.src_file = lines_of_records.src_file
            and all_findings.src_row = lines_of_records.src_row
)

select
    src_trial,
    src_file,
    record,
    line,
    usubjid,
    variable,
    rule,
    policy,
    value
from rejected
