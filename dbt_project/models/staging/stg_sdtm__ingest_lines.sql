with ingest_line as (
    select * from {{ source('sdtm', 'ingest_line') }}
),

typed as (
    select
        src_file,
        src_row,
        line
    from ingest_line
)

select * from typed
