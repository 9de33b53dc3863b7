with accepted_records as (
    select * from {{ accepted('int_staged_records') }}
),

response_terms as (
    select distinct
        src_file,
        src_row
    from {{ ref('int_record_terms') }}
    where domain = 'RS' and category in ('response', 'relapse')
),

-- the trials whose study says that the accepted readings count
trials_of_accepted_readings as (
    select distinct trial_id
    from {{ ref('stg_study__fact_conditions') }}
    where kind = 'variable' and name = 'RSACPTFL' and not is_negated
),

readings as (
    select
        records.src_trial,
        records.src_file,
        records.src_row,
        records.usubjid,
        records.seq,
        records.testcd,
        records.evaluator,
        records.visitnum,
        records.adt,
        records.wording,
        coalesce({{ upper_case('records.accepted_flag') }} = 'Y', false) as is_flagged
    from accepted_records as records
    inner join response_terms
        on
            records.src_file = response_terms.src_file
            and records.src_row = response_terms.src_row
    where
        records.domain = 'RS'
        and exists (
            select 1
            from trials_of_accepted_readings as trials
            where trials.trial_id is null or trials.trial_id = records.src_trial
        )
),

-- a reading of the same day or visit may be the accepted one, whoever made it; those of
-- an evaluator whom the trial never flags are not meant to count
measurements as (
    select
        *,
        bool_or(is_flagged) over (partition by src_trial, testcd, evaluator)
            as is_flagged_evaluator,
        bool_or(is_flagged) over (partition by usubjid, testcd, adt) as is_flagged_day,
        bool_or(is_flagged and visitnum is not null) over (
            partition by usubjid, testcd, visitnum
        ) as is_flagged_visit
    from readings
),

unaccepted_readings as (
    select
        src_trial,
        src_file,
        src_row,
        usubjid,
        'no_accepted_reading' as rule,
        wording
    from measurements
    where is_flagged_evaluator and not is_flagged_day and not is_flagged_visit
    -- the readings of one day are told once
    qualify
        row_number() over (
            partition by usubjid, testcd, adt
            order by seq asc nulls last, src_file asc, src_row asc
        ) = 1
),

accepted_readings as (
    select
        *,
        first_value(wording) over (
            partition by usubjid, testcd, evaluator, adt, visitnum
            order by seq asc nulls last, src_file asc, src_row asc
        ) as first_wording
    from readings
    where is_flagged
),

readings_that_differ as (
    select
        src_trial,
        src_file,
        src_row,
        usubjid,
        'accepted_readings_differ' as rule,
        first_wording || ' | ' || wording as wording
    from accepted_readings
    where wording <> first_wording
),

accepted_reading_findings as (
    select * from unaccepted_readings
    union all
    select * from readings_that_differ
)

select * from accepted_reading_findings
