with ingest_file as (
    select * from {{ source('sdtm', 'ingest_file') }}
),

typed as (
    select
        src_trial,
        src_domain,
        src_file,
        n_rows,
        sha256
    from ingest_file
)

select * from typed
