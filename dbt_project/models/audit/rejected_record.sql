with findings as (
    select * from {{ ref('int_findings') }}
),

verdicts as (
    select * from {{ ref('int_record_verdicts') }}
),

censoring as (
    select * from {{ ref('censoring') }}
),

members_without_origin as (
    select * from {{ ref('int_members_without_origin') }}
),

rules as (
    select * from {{ ref('stg_study__record_rules') }}
),

broken_rules as (
    select * from {{ ref('int_broken_rules') }}
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

-- a member of an endpoint's population of whom ADTTE has no time
times_missing as (
    select
        adsl.src_trial,
        adsl.src_file,
        adsl.src_row,
        adsl.usubjid,
        flags.variable,
        'missing_time' as rule,
        endpoints.paramcd as value
    from {{ accepted('stg_adam__adsl') }} as adsl
    inner join {{ ref('population_members') }} as members
        on adsl.usubjid = members.usubjid
    inner join {{ ref('stg_study__endpoints') }} as endpoints
        on members.population = endpoints.population
    left join {{ ref('int_adam_flags') }} as flags
        on
            adsl.usubjid = flags.usubjid
            and members.population = flags.population
    left join censoring
        on
            adsl.usubjid = censoring.usubjid
            and endpoints.paramcd = censoring.paramcd
    where censoring.usubjid is null
),

subjects_without_origin as (
    select
        verdicts.src_trial,
        verdicts.src_file,
        verdicts.src_row,
        verdicts.usubjid,
        'USUBJID' as variable,
        'member_without_origin' as rule,
        members_without_origin.paramcd
        || ' without '
        || members_without_origin.origin_fact as value
    from members_without_origin
    inner join verdicts
        on members_without_origin.usubjid = verdicts.usubjid
    where verdicts.domain = 'DM' and verdicts.is_accepted
),

all_findings as (
    select * from findings
    union all
    select * from events_before_their_origin
    union all
    select * from times_missing
    union all
    select * from subjects_without_origin
),

-- a record is turned away by its first rule alone
rules_behind_the_first as (
    select distinct
        verdicts.src_file,
        verdicts.src_row,
        rules.rule,
        rules.rule_order
    from verdicts
    inner join broken_rules
        on
            verdicts.src_file = broken_rules.src_file
            and verdicts.src_row = broken_rules.src_row
    inner join rules
        on broken_rules.rule = rules.rule
    where verdicts.rule <> broken_rules.rule
),

rules_listed as (
    select
        src_file,
        src_row,
        {{ text_list('rule', ', ', 'rule_order') }} as also_breaks
    from rules_behind_the_first
    group by src_file, src_row
),

rejected as (
    select
        all_findings.src_trial,
        all_findings.src_file,
        all_findings.src_row as record,
        {{ line_of('all_findings') }} as line,
        all_findings.usubjid,
        all_findings.variable,
        all_findings.rule,
        rules.policy,
        all_findings.value,
        rules_listed.also_breaks
    from all_findings
    inner join rules on all_findings.rule = rules.rule
    left join rules_listed
        on
            all_findings.src_file = rules_listed.src_file
            and all_findings.src_row = rules_listed.src_row
    {{ line_joins('all_findings') }}
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
    value,
    also_breaks
from rejected
