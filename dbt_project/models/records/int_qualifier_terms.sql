with qualified_records as (
    select * from {{ ref('int_qualified_records') }}
),

qualifiers as (
    select
        src_file,
        src_row
    from {{ accepted('stg_sdtm__supp') }}
),

record_terms as (
    select * from {{ ref('int_record_terms') }}
),

qualifier_terms as (
    select
        qualified_records.record_file as src_file,
        qualified_records.record_row as src_row,
        record_terms.category,
        min(record_terms.value) as value
    from qualified_records
    inner join qualifiers
        on
            qualified_records.src_file = qualifiers.src_file
            and qualified_records.src_row = qualifiers.src_row
    inner join record_terms
        on
            qualified_records.src_file = record_terms.src_file
            and qualified_records.src_row = record_terms.src_row
    group by
        qualified_records.record_file,
        qualified_records.record_row,
        record_terms.category
)

select * from qualifier_terms
