with records as (
    select * from {{ ref('int_staged_records') }}
),

record_terms as (
    select * from {{ ref('int_record_terms') }}
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

statements as (
    select * from details_of_deaths
    union all
    select * from terms_of_deaths
)

select * from statements
