with deaths as (
    select * from {{ ref('int_death_dates_given') }}
),

first_broken_rules as (
    select *
    from
        {{ first_broken_rules(
            ref('int_broken_rules_of_death_dates'), ['src_file', 'src_row']
        ) }} as first_broken_rules
),

deaths_judged as (
    select
        deaths.*,
        first_broken_rules.rule
    from deaths
    left join first_broken_rules
        on
            deaths.src_file = first_broken_rules.src_file
            and deaths.src_row = first_broken_rules.src_row
)

select * from deaths_judged
