with time_to_event as (
    select * from {{ ref('time_to_event') }}
),

dated_facts as (
    select * from {{ ref('int_dated_facts') }}
),

analysis_entries as (
    select * from {{ ref('stg_plan__analysis_entries') }}
),

conditions as (
    select * from {{ ref('stg_study__population_conditions') }}
),

factors as (
    select * from {{ ref('stg_study__factors') }}
),

states as (
    select * from {{ ref('stg_plan__states') }}
),

defining_facts as (
    select fact from analysis_entries
    union distinct
    select fact from states
    where fact is not null
    union distinct
    select name as fact from conditions
    where kind = 'fact'
    union distinct
    select fact from factors
    where timing = 'post_baseline'
    union distinct
    select assessed_fact as fact from factors
    where timing = 'post_baseline'
),

facts_of_endpoints as (
    select
        time_to_event.usubjid,
        time_to_event.paramcd,
        time_to_event.startdt,
        dated_facts.fact,
        dated_facts.adt
    from time_to_event
    inner join dated_facts on time_to_event.usubjid = dated_facts.usubjid
    inner join defining_facts on dated_facts.fact = defining_facts.fact
    where dated_facts.adt is not null
),

entry_times as (
    select
        usubjid,
        paramcd,
        fact,
        -- up to the origin no day is added: 0 or less means known from the start
        case
            when adt > startdt then {{ time_on_clock('startdt', 'adt') }}
            else
                cast(
                    {{ days_between('startdt', 'adt') }}
                    as double
                )
        end as day
    from facts_of_endpoints
),

entry_times_with_adam as (
    select * from entry_times
    union all
    select
        ends.usubjid,
        ends.paramcd,
        adam_values.name as fact,
        adam_values.value_number * ends.unit_days as day
    from {{ ref('int_adam_ends') }} as ends
    inner join {{ ref('stg_adam__values') }} as adam_values
        on
            ends.src_file = adam_values.src_file
            and ends.src_row = adam_values.src_row
    where adam_values.kind = 'fact' and adam_values.value_number is not null
)

select * from entry_times_with_adam
