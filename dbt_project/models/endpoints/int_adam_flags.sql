with adsl as (
    select * from {{ accepted('stg_adam__adsl') }}
),

flags as (
    select * from {{ ref('stg_study__adam_names') }}
    where kind = 'population'
),

adam_values as (
    select * from {{ ref('stg_adam__values') }}
    where kind = 'population'
),

flags_of_subjects as (
    select
        adsl.usubjid,
        flags.name as population,
        flags.variable,
        coalesce({{ wording('adam_values.value') }} = 'Y', false)
            as is_member
    from adsl
    cross join flags
    left join adam_values
        on
            adsl.src_file = adam_values.src_file
            and adsl.src_row = adam_values.src_row
            and flags.name = adam_values.name
)

select * from flags_of_subjects
