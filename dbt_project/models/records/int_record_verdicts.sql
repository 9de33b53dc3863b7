with compared as (
    select * from {{ ref('int_records_compared') }}
),

death_records as (
    select * from {{ ref('int_death_records') }}
),

deaths as (
    select * from {{ ref('int_deaths') }}
),

deaths_refused as (
    select
        src_file,
        src_row,
        rule
    from death_records
    where rule is not null and srcdom <> 'DM'
),

deaths_told as (
    select
        src_file,
        src_row
    from death_records
    where srcdom <> 'DM'
),

ruled as (
    select
        compared.*,
        case
            when compared.rule is not null then compared.rule
            when deaths_refused.rule is not null then deaths_refused.rule
            -- a death may be told later than it happened, nothing else may follow it
            when compared.adt > deaths.dthdt and deaths_told.src_row is null
                then 'after_death'
        end as final_rule
    from compared
    left join deaths
        on compared.usubjid = deaths.usubjid
    left join deaths_refused
        on
            compared.src_file = deaths_refused.src_file
            and compared.src_row = deaths_refused.src_row
    left join deaths_told
        on
            compared.src_file = deaths_told.src_file
            and compared.src_row = deaths_told.src_row
),

verdicts as (
    select
        src_domain,
        src_trial,
        src_file,
        src_row,
        domain,
        usubjid,
        seq,
        final_rule as rule,
        final_rule is null as is_accepted,
        case
            when variable is not null then variable
            when final_rule = 'missing_key' then missing_variable
            when final_rule = 'wrong_study' then 'STUDYID'
            when
                final_rule in ('unknown_subject', 'repeated_subject', 'repeated_person')
                then 'USUBJID'
            when final_rule = 'unknown_record' then 'IDVARVAL'
            when final_rule = 'not_done' then domain || 'STAT'
            when final_rule in ('unreadable_number', 'impossible_number')
                then number_variable
            when
                final_rule in (
                    'unknown_term', 'unknown_cycle', 'missing_result', 'superseded'
                )
                then wording_variable
            when final_rule in ('duplicate', 'repeated_key')
                then case when seq is null then 'USUBJID' else domain || 'SEQ' end
            when final_rule is not null then date_variable
        end as variable,
        case
            when variable is not null then value
            when final_rule in ('missing_key', 'missing_result', 'missing_date')
                then null
            when final_rule = 'wrong_study' then studyid
            when
                final_rule in ('unknown_subject', 'repeated_subject', 'repeated_person')
                then usubjid
            when final_rule = 'not_done' then 'NOT DONE'
            when final_rule in ('unreadable_number', 'impossible_number')
                then number_given
            when final_rule in ('unknown_term', 'unknown_cycle', 'superseded')
                then coalesce(wording, number_given)
            when final_rule in ('duplicate', 'repeated_key')
                then coalesce(cast(seq as string), usubjid)
            when final_rule is not null then dtc
        end as value
    from ruled
)

select * from verdicts
