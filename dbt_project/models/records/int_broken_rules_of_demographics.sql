with dm as (
    select
        *,
        {{ number('age_given') }} as age_read,
        coalesce({{ upper_case('ageu') }} <> 'YEARS', false) as is_in_another_unit
    from {{ ref('stg_sdtm__dm') }}
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
    from dm
    where age_given is not null and age_read is null
),

ages_in_another_unit as (
    select
        src_file,
        src_row,
        'value' as turns_away,
        'wrong_unit' as rule,
        'AGE' as variable,
        age_given || ' ' || ageu as value
    from dm
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
    from dm
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
    select * from ages_in_another_unit
    union all
    select * from impossible_ages
    union all
    select * from deaths_without_date
)

select * from broken_rules
