with verdicts as (
    select * from {{ ref('int_record_verdicts') }}
),

values_set_aside as (
    select * from {{ ref('int_values_set_aside') }}
),

fact_records as (
    select * from {{ ref('int_fact_records') }}
),

late_facts as (
    select * from {{ ref('int_late_facts') }}
),

matched_levels as (
    select * from {{ ref('int_factor_levels_matched') }}
),

responses as (
    select * from {{ ref('int_responses') }}
),

remissions as (
    select * from {{ ref('int_remissions') }}
),

pooled_sources as (
    select * from {{ ref('int_pooled_sources') }}
),

accepted_reading_findings as (
    select * from {{ ref('int_accepted_reading_findings') }}
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
    union distinct
    -- the dates of declared facts: a value that two facts share is told once
    select
        src_trial,
        src_file,
        src_row,
        usubjid,
        srcvar as variable,
        rule,
        dtc as value
    from fact_records
    where rule is not null
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
            matched_levels.value_text, {{ number_as_text('matched_levels.value') }}
        ) as value
    from matched_levels
    inner join verdicts
        on
            matched_levels.usubjid = verdicts.usubjid
            and matched_levels.srcdom = verdicts.domain
            and coalesce(matched_levels.srcseq, 0) = coalesce(verdicts.seq, 0)
    where matched_levels.is_unmapped and verdicts.is_accepted
),

-- a declared fact that comes after what the study says it is known by
facts_known_too_late as (
    select distinct
        verdicts.src_trial,
        verdicts.src_file,
        verdicts.src_row,
        late_facts.usubjid,
        late_facts.srcvar as variable,
        'after_known_by' as rule,
        cast(late_facts.adt as string) as value
    from late_facts
    inner join verdicts
        on
            late_facts.usubjid = verdicts.usubjid
            and late_facts.srcdom = verdicts.domain
            and coalesce(late_facts.srcseq, 0) = coalesce(verdicts.seq, 0)
    where verdicts.is_accepted
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
    inner join remissions
        on responses.usubjid = remissions.usubjid
    inner join verdicts
        on
            responses.usubjid = verdicts.usubjid
            and responses.rsseq = verdicts.seq
            and verdicts.domain = 'RS'
    where
        responses.relapse_site is not null
        and responses.adt_last <= remissions.adt
        and not remissions.is_at_entry
        and verdicts.is_accepted
),

-- a relapse of a subject who is never known to have been in remission
relapses_without_remission as (
    select
        verdicts.src_trial,
        verdicts.src_file,
        verdicts.src_row,
        responses.usubjid,
        'RSDTC' as variable,
        'relapse_without_remission' as rule,
        cast(responses.adt as string) as value
    from responses
    inner join verdicts
        on
            responses.usubjid = verdicts.usubjid
            and responses.rsseq = verdicts.seq
            and verdicts.domain = 'RS'
    left join remissions
        on responses.usubjid = remissions.usubjid
    where
        responses.relapse_site is not null
        and responses.is_after_first_dose
        and remissions.usubjid is null
        and verdicts.is_accepted
),

-- what is pooled for two things is told once
sources_pooled as (
    select distinct
        src_trial,
        src_file,
        src_row,
        usubjid,
        variable,
        'several_sources' as rule,
        value
    from pooled_sources
),

readings_in_doubt as (
    select
        src_trial,
        src_file,
        src_row,
        usubjid,
        'RSACPTFL' as variable,
        rule,
        wording as value
    from accepted_reading_findings
),

findings as (
    select * from records_rejected
    union all
    select * from values_rejected
    union all
    select * from values_without_level
    union all
    select * from facts_known_too_late
    union all
    select * from relapses_before_remission
    union all
    select * from relapses_without_remission
    union all
    select * from sources_pooled
    union all
    select * from readings_in_doubt
    union all
    select * from {{ ref('int_first_dose_findings') }}
    union all
    select * from {{ ref('int_death_date_findings') }}
)

select * from findings
