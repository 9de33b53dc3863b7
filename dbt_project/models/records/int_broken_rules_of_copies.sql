-- records are numbered only beside those that share their key: what orders records
-- holds them all in memory, and so does each grouping; duplicates are another model
with duplicates as (
    select * from {{ ref('int_duplicate_records') }}
),

shared_keys as (
    select
        domain,
        usubjid,
        seq
    from {{ ref('int_valid_records') }}
    where seq is not null
    group by domain, usubjid, seq
    having count(*) > 1
),

-- the earliest keeps the number, in whatever order they stand
keys_numbered as (
    select
        records.src_file,
        records.src_row,
        records.domain,
        records.seq,
        row_number() over (
            partition by records.domain, records.usubjid, records.seq
            order by records.adt nulls last, records.content
        ) as key_number
    from {{ ref('int_valid_records') }} as records
    inner join shared_keys
        on
            records.domain = shared_keys.domain
            and records.usubjid = shared_keys.usubjid
            and records.seq = shared_keys.seq
    anti join duplicates
        on
            records.src_file = duplicates.src_file
            and records.src_row = duplicates.src_row
),

repeated_keys as (
    select
        src_file,
        src_row,
        'record' as turns_away,
        'repeated_key' as rule,
        domain || 'SEQ' as variable,
        cast(seq as string) as value
    from keys_numbered
    where key_number > 1
),

broken_rules as (
    select * from duplicates
    union all
    select * from repeated_keys
)

select * from broken_rules
