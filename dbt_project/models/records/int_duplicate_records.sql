-- records are numbered only beside those that share their content: what orders
-- records holds them all in memory
with shared_contents as (
    select content
    from {{ ref('int_valid_records') }}
    group by content
    having count(*) > 1
),

copies_numbered as (
    select
        records.src_file,
        records.src_row,
        records.domain,
        records.usubjid,
        records.seq,
        row_number() over (
            partition by records.domain, records.usubjid, records.content
            order by records.seq nulls last, records.src_file, records.src_row
        ) as copy_number
    from {{ ref('int_valid_records') }} as records
    inner join shared_contents
        on records.content = shared_contents.content
),

duplicates as (
    select
        src_file,
        src_row,
        'record' as turns_away,
        'duplicate' as rule,
        case when seq is null then 'USUBJID' else domain || 'SEQ' end as variable,
        coalesce(cast(seq as string), usubjid) as value
    from copies_numbered
    where copy_number > 1
)

select * from duplicates
