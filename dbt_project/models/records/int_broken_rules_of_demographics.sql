with ages_given as (
    select
        src_file,
        src_row,
        age_given,
        ageu,
        age
    from {{ ref('stg_sdtm__dm') }}
    union all
    select
        src_file,
        src_row,
        age_given,
        ageu,
        age
    from {{ ref('stg_adam__adsl') }}
),

factors as (
    select * from {{ ref('stg_study__factors') }}
    where type = 'continuous' and timing = 'baseline'
),

adam_values as (
    select * from {{ ref('stg_adam__values') }}
    where kind = 'factor'
),

ages as (
    select
        *,
        {{ number('age_given') }} as age_read,
        coalesce({{ upper_case('ageu') }} <> 'YEARS', false) as is_in_another_unit
    from ages_given
),

undated_deaths as (
    select * from {{ ref('int_deaths_without_date') }}
),

unreadable_ages as (
    select
        src_file,
        src_row,
        'value' as turns_away,
        'unreadable_number' as rule,
        'AGE' as variable,
        age_given as value
    from ages
    where age_given is not null and age_read is null
),

unreadable_factors as (
    select
        adam_values.src_file,
        adam_values.src_row,
        'value' as turns_away,
        'unreadable_number' as rule,
        adam_values.variable,
        adam_values.value
    from adam_values
    inner join factors on adam_values.name = factors.factor
    where
        adam_values.value is not null
        and adam_values.value_number is null
        and {{ upper_case('adam_values.variable') }} <> 'AGE'
),

ages_in_another_unit as (
    select
        src_file,
        src_row,
        'value' as turns_away,
        'wrong_unit' as rule,
        'AGE' as variable,
        age_given || ' ' || ageu as value
    from ages
    where age_read is not null and is_in_another_unit
),

impossible_ages as (
    select
        src_file,
        src_row,
        'value' as turns_away,
        'impossible_number' as rule,
        'AGE' as variable,
        age_given as value
    from ages
    where age_read is not null and not is_in_another_unit and age is null
),

deaths_without_date as (
    select
        src_file,
        src_row,
        'value' as turns_away,
        'death_without_date' as rule,
        'DTHFL' as variable,
        dthfl as value
    from undated_deaths
),

broken_rules as (
    select * from unreadable_ages
    union all
    select * from unreadable_factors
    union all
    select * from ages_in_another_unit
    union all
    select * from impossible_ages
    union all
    select * from deaths_without_date
)

select * from broken_rules
