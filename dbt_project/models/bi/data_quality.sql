with validation_result as (
    select * from {{ source('quality', 'validation_result') }}
),

file_reconciliation as (
    select * from {{ ref('file_reconciliation') }}
),

checks as (
    select
        'check' as topic,
        gate || ' / ' || suite as place,
        check_id as item,
        description,
        severity,
        -- a check that could not be run has not passed
        coalesce(success, false) and error is null as passed,
        finding,
        n_unexpected,
        cast(null as bigint) as n_read,
        cast(null as bigint) as n_accepted,
        cast(null as bigint) as n_rejected
    from validation_result
),

files as (
    select
        'file' as topic,
        src_trial as place,
        src_file as item,
        'Records read = records accepted + records rejected' as description,
        'critical' as severity,
        n_read = n_accepted + n_rejected as passed,
        cast(null as varchar) as finding,
        cast(null as bigint) as n_unexpected,
        n_read,
        n_accepted,
        n_rejected
    from file_reconciliation
),

checks_and_files as (
    select * from checks
    union all
    select * from files
),

data_quality as (
    select
        topic,
        place,
        item,
        description,
        severity,
        passed,
        finding,
        cast(n_unexpected as bigint) as n_unexpected,
        cast(n_read as bigint) as n_read,
        cast(n_accepted as bigint) as n_accepted,
        cast(n_rejected as bigint) as n_rejected
    from checks_and_files
)

select * from data_quality
order by topic, place, item
