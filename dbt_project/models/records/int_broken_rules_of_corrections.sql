with copies as (
    select * from {{ ref('int_broken_rules_of_copies') }}
),

-- who read it, under which subcategory and at which planned time point, where the file
-- says so
plans as (
    select
        src_file,
        src_row,
        max(case when variable like '%EVALID' then value end) as evaluator_id,
        max(case when variable like '%SCAT' then value end) as subcategory,
        max(case when variable like '%TPT' then value end) as time_point,
        max(case when variable like '%TPTNUM' then value end) as time_point_number
    from {{ ref('stg_sdtm__values') }}
    where
        variable like '%EVALID'
        or variable like '%SCAT'
        or variable like '%TPT'
        or variable like '%TPTNUM'
    group by
        src_file,
        src_row
),

-- what orders records holds them all in memory: only tests of one day are compared
shared_days as (
    select
        domain,
        usubjid,
        testcd,
        adt
    from {{ ref('int_valid_records') }}
    where is_repeatable
    group by domain, usubjid, testcd, adt
    having count(*) > 1
),

tests_of_a_day as (
    select
        records.src_file,
        records.src_row,
        records.domain,
        records.usubjid,
        records.seq,
        records.testcd,
        records.category,
        records.specimen,
        records.evaluator,
        records.method,
        records.dtc,
        records.visitnum,
        plans.evaluator_id,
        plans.subcategory,
        plans.time_point,
        plans.time_point_number,
        records.wording_variable as variable,
        coalesce(records.wording, records.number_given) as value,
        coalesce(records.wording, '')
        || '='
        || coalesce({{ number_as_text('records.result_number') }}, '') as result,
        coalesce({{ upper_case('records.accepted_flag') }} = 'Y', false) as is_flagged
    from {{ ref('int_valid_records') }} as records
    inner join shared_days
        on
            records.domain = shared_days.domain
            and records.usubjid = shared_days.usubjid
            and records.testcd = shared_days.testcd
            and records.adt = shared_days.adt
    left join plans
        on
            records.src_file = plans.src_file
            and records.src_row = plans.src_row
    anti join copies
        on
            records.src_file = copies.src_file
            and records.src_row = copies.src_row
    where records.is_repeatable
),

-- an accepted flag settles the results of one reader, otherwise the last one stands;
-- which reader counts is for the study to say: no reader corrects another
results_that_stand as (
    select
        *,
        first_value(result) over (
            partition by
                domain, usubjid, testcd, category, subcategory, specimen, method,
                evaluator, dtc, visitnum, time_point, time_point_number, evaluator_id
            order by case when is_flagged then 0 else 1 end, seq desc
        ) as standing_result
    from tests_of_a_day
),

superseded_results as (
    select
        src_file,
        src_row,
        'record' as turns_away,
        'superseded' as rule,
        variable,
        value
    from results_that_stand
    where result <> standing_result
)

select * from superseded_results
