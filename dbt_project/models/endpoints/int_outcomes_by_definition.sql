with lines as (
    select * from {{ ref('stg_plan__outcome_lines') }}
),

populations as (
    select * from {{ ref('stg_study__populations') }}
),

requirements as (
    select * from {{ ref('int_population_requirements') }}
),

conditions as (
    select * from {{ ref('stg_study__population_conditions') }}
    where kind <> 'population'
),

conditions_met as (
    select distinct
        requirements.population,
        conditions.kind,
        conditions.name,
        coalesce(conditions.operator, '') as operator,
        coalesce(conditions.value, '') as value
    from requirements
    inner join conditions on requirements.required_population = conditions.population
),

-- those a line is about meet the conditions of their group and of its denominator
lines_of_groups as (
    select
        lines.*,
        populations.population as group_population
    from lines
    cross join populations
),

asked as (
    select
        lines_of_groups.analysis_id,
        lines_of_groups.outcome,
        lines_of_groups.level,
        lines_of_groups.group_population,
        wanted.kind,
        wanted.name,
        wanted.operator,
        wanted.value,
        max(case
            when known.operator = wanted.operator and known.value = wanted.value then 1
            else 0
        end) as is_met,
        max(case
            when
                known.operator = wanted.operator
                and known.value <> wanted.value
                and wanted.operator in ('=', 'value =', 'cycle =', 'event_code =')
                then 1
            when
                known.value = wanted.value
                and (
                    (known.operator = 'exists' and wanted.operator = 'absent')
                    or (known.operator = 'absent' and wanted.operator = 'exists')
                    or (known.operator = 'months >' and wanted.operator = 'months <=')
                    or (known.operator = 'months <=' and wanted.operator = 'months >')
                    or (known.operator = '=' and wanted.operator = '!=')
                    or (known.operator = '!=' and wanted.operator = '=')
                )
                then 1
            else 0
        end) as is_refuted
    from lines_of_groups
    inner join conditions_met as wanted
        on lines_of_groups.population = wanted.population
    left join conditions_met as known
        on
            known.population in (
                lines_of_groups.group_population, lines_of_groups.denominator
            )
            and wanted.kind = known.kind
            and wanted.name = known.name
    group by
        lines_of_groups.analysis_id, lines_of_groups.outcome, lines_of_groups.level,
        lines_of_groups.group_population,
        wanted.kind, wanted.name, wanted.operator, wanted.value
),

outcomes_by_definition as (
    select
        analysis_id,
        outcome,
        level,
        group_population
    from asked
    group by analysis_id, outcome, level, group_population
    having min(is_met) = 1 or max(is_refuted) = 1
)

select * from outcomes_by_definition
