with checked as (
    select * from {{ ref('int_records_checked') }}
),

copies_numbered as (
    select
        *,
        coalesce(wording, '') || '=' || coalesce(cast(result_number as string), '')
            as result,
        row_number() over (
            partition by domain, usubjid, content
            order by seq, src_file, src_row
        ) as copy_number
    from checked
    where rule is null
),

-- one sequence number, one record: the earliest keeps it, in whatever order they stand
keys_numbered as (
    select
        *,
        case
            when seq is null then 1
            else row_number() over (
                partition by domain, usubjid, seq
                order by adt, content
            )
        end as key_number
    from copies_numbered
    where copy_number = 1
),

repeated_keys as (
    select
        src_file,
        src_row
    from keys_numbered
    where key_number > 1
),

-- an accepted flag settles the test of that day among all who evaluated it; without one
-- the last record of each evaluator stands
repeats_compared as (
    select
        *,
        max(case when upper(accepted_flag) = 'Y' then 1 else 0 end) over (
            partition by
                domain, usubjid, testcd, category, specimen, method, adt, adt_last
        ) = 1 as is_flagged_day,
        first_value(result) over (
            partition by
                domain, usubjid, testcd, category, specimen, method, adt, adt_last
            order by
                case when upper(accepted_flag) = 'Y' then 1 else 0 end desc,
                seq desc
        ) as flagged_result,
        first_value(result) over (
            partition by
                domain, usubjid, testcd, category, specimen, method, adt, adt_last,
                evaluator
            order by seq desc
        ) as last_result
    from keys_numbered
    where key_number = 1 and is_repeatable
),

superseded_records as (
    select
        src_file,
        src_row
    from repeats_compared
    where
        result <> case when is_flagged_day then flagged_result else last_result end
),

compared as (
    select
        checked.src_domain,
        checked.src_trial,
        checked.src_file,
        checked.src_row,
        checked.domain,
        checked.studyid,
        checked.usubjid,
        checked.seq,
        checked.wording,
        checked.wording_variable,
        checked.number_given,
        checked.number_variable,
        checked.dtc,
        checked.date_variable,
        checked.missing_variable,
        checked.adt,
        checked.adt_last,
        checked.adtf,
        case
            when checked.rule is not null then checked.rule
            when copies_numbered.copy_number > 1 then 'duplicate'
            when repeated_keys.src_row is not null then 'repeated_key'
            when superseded_records.src_row is not null then 'superseded'
        end as rule
    from checked
    left join copies_numbered
        on
            checked.src_file = copies_numbered.src_file
            and checked.src_row = copies_numbered.src_row
    left join repeated_keys
        on
            checked.src_file = repeated_keys.src_file
            and checked.src_row = repeated_keys.src_row
    left join superseded_records
        on
            checked.src_file = superseded_records.src_file
            and checked.src_row = superseded_records.src_row
)

select * from compared
