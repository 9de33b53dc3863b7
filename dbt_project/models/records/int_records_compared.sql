with checked as (
    select * from {{ ref('int_records_checked') }}
),

-- read apart, with the columns that are compared and no others: what orders records
-- holds them all in memory
records_that_stand as (
    select
        src_file,
        src_row,
        domain,
        usubjid,
        seq,
        testcd,
        category,
        specimen,
        evaluator,
        method,
        accepted_flag,
        adt,
        adt_last,
        content,
        is_repeatable,
        coalesce(wording, '') || '=' || coalesce(cast(result_number as string), '')
            as result
    from {{ ref('int_records_checked') }}
    where rule is null
),

copies_numbered as (
    select
        *,
        row_number() over (
            partition by domain, usubjid, content
            order by seq, src_file, src_row
        ) as copy_number
    from records_that_stand
),

-- one sequence number, one record: the earliest keeps it, in whatever order they stand;
-- copies are numbered apart
keys_numbered as (
    select
        *,
        case
            when seq is null then 1
            else row_number() over (
                partition by domain, usubjid, seq, copy_number > 1
                order by adt, content
            )
        end as key_number
    from copies_numbered
),

repeats as (
    select
        *,
        is_repeatable and copy_number = 1 and key_number = 1 as is_compared
    from keys_numbered
),

-- an accepted flag settles the test of that day among all who evaluated it; without one
-- the last record of each evaluator stands
repeats_compared as (
    select
        *,
        max(case when upper(accepted_flag) = 'Y' then 1 else 0 end) over (
            partition by
                is_compared, domain, usubjid, testcd, category, specimen, method,
                adt, adt_last
        ) = 1 as is_flagged_day,
        first_value(result) over (
            partition by
                is_compared, domain, usubjid, testcd, category, specimen, method,
                adt, adt_last
            order by
                case when upper(accepted_flag) = 'Y' then 1 else 0 end desc,
                seq desc
        ) as flagged_result,
        first_value(result) over (
            partition by
                is_compared, domain, usubjid, testcd, category, specimen, method,
                adt, adt_last, evaluator
            order by seq desc
        ) as last_result
    from repeats
),

rejections as (
    select
        src_file,
        src_row,
        case
            when copy_number > 1 then 'duplicate'
            when key_number > 1 then 'repeated_key'
            else 'superseded'
        end as rule
    from repeats_compared
    where
        copy_number > 1
        or key_number > 1
        or (
            is_compared
            and result
            <> case when is_flagged_day then flagged_result else last_result end
        )
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
        checked.variable,
        checked.value,
        coalesce(checked.rule, rejections.rule) as rule
    from checked
    left join rejections
        on
            checked.src_file = rejections.src_file
            and checked.src_row = rejections.src_row
)

select * from compared
