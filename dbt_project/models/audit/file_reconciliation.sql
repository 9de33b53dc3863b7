with files as (
    select * from {{ ref('stg_sdtm__ingest_files') }}
),

verdicts as (
    select * from {{ ref('int_record_verdicts') }}
),

verdicts_by_file as (
    select
        src_file,
        cast(count(*) filter (where is_accepted) as int) as n_accepted,
        cast(count(*) filter (where not is_accepted) as int) as n_rejected
    from verdicts
    group by src_file
),

reconciled as (
    select
        files.src_trial,
        files.src_domain,
        files.src_file,
        cast(files.n_rows as int) as n_read,
        coalesce(verdicts_by_file.n_accepted, 0) as n_accepted,
        coalesce(verdicts_by_file.n_rejected, 0) as n_rejected
    from files
    left join verdicts_by_file
        on files.src_file = verdicts_by_file.src_file
)

select
    src_trial,
    src_domain,
    src_file,
    n_read,
    n_accepted,
    n_rejected
from reconciled
