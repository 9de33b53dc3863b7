with verdicts as (
    select * from {{ ref('int_record_verdicts') }}
),

values_set_aside as (
    select * from {{ ref('int_values_set_aside') }}
),

matched_levels as (
    select * from {{ ref('int_factor_levels_matched') }}
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
        src_row,
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
        src_row,
        usubjid,
        variable,
        rule,
        value
    from values_set_aside
),

-- the factors that share a value tell of it once
values_without_level as (
    select distinct
        verdicts.src_trial,
        verdicts.src_file,
        verdicts.src_row,
        matched_levels.usubjid,
        matched_levels.srcvar as variable,
        'unknown_level' as rule,
        coalesce(
            matched_levels.value_text, cast(matched_levels.value as string)
        ) as value
    from matched_levels
    inner join verdicts
        on
            matched_levels.usubjid = verdicts.usubjid
            and matched_levels.srcdom = verdicts.domain
            and coalesce(matched_levels.srcseq, 0) = coalesce(verdicts.seq, 0)
    where matched_levels.is_unmapped and verdicts.is_accepted
),

-- a relapse of a responder that is told before there is a remission to end
relapses_before_remission as (
    select
        verdicts.src_trial,
        verdicts.src_file,
        verdicts.src_row,
        responses.usubjid,
        'RSDTC' as variable,
        'relapse_before_remission' as rule,
        cast(responses.adt as string) as value
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

findings as (
    select * from records_rejected
    union all
    select * from values_rejected
    union all
    select * from values_without_level
    union all
    select * from relapses_before_remission
)

select * from findings
