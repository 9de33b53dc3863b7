with records as (
    select * from {{ ref('int_staged_records') }}
),

record_terms as (
    select * from {{ ref('int_record_terms') }}
),

records_left_out as (
    select * from {{ ref('int_records_left_out') }}
    where about = 'category' and counted_as = 'death'
),

-- details of a death tell of one whatever they say
details_of_deaths as (
    select
        src_file,
        src_row
    from records
    where domain = 'DD'
),

terms_of_deaths as (
    select
        src_file,
        src_row
    from record_terms
    where
        (domain = 'DS' and category = 'disposition' and value = 'death')
        or (domain = 'SS' and category = 'status' and value = 'dead')
),

all_statements as (
    select * from details_of_deaths
    union all
    select * from terms_of_deaths
),

statements as (
    select all_statements.*
    from all_statements
    left join records_left_out
        on
            all_statements.src_file = records_left_out.src_file
            and all_statements.src_row = records_left_out.src_row
    where records_left_out.src_row is null
)

select * from statements
