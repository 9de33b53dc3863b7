with adsl as (
    select * from {{ accepted('stg_adam__adsl') }}
),

factors as (
    select * from {{ ref('stg_study__factors') }}
    where timing = 'baseline'
),

factor_levels as (
    select * from {{ ref('stg_study__factor_levels') }}
),

adam_names as (
    select * from {{ ref('stg_study__adam_names') }}
),

adam_values as (
    select * from {{ ref('stg_adam__values') }}
),

values_of_subjects as (
    select
        adsl.usubjid,
        factors.factor,
        factors.type,
        texts.value as value_text,
        {{ wording('texts.value') }} as wording,
        case
            when {{ upper_case('adam_names.variable') }} = 'AGE' then adsl.age
            else coalesce(numbers.value_number, texts.value_number)
        end as value_number,
        adam_names.variable
    from adsl
    cross join factors
    left join adam_names
        on adam_names.kind = 'factor' and factors.factor = adam_names.name
    left join adam_values as texts
        on
            adsl.src_file = texts.src_file
            and adsl.src_row = texts.src_row
            and texts.kind = 'factor'
            and factors.factor = texts.name
    left join adam_values as numbers
        on
            adsl.src_file = numbers.src_file
            and adsl.src_row = numbers.src_row
            and numbers.kind = 'number'
            and factors.factor = numbers.name
),

-- the level itself, as the export writes it, before a wording or a range
level_matches as (
    select
        subjects.usubjid,
        subjects.factor,
        factor_levels.level
    from values_of_subjects as subjects
    inner join factor_levels
        on
            subjects.factor = factor_levels.factor
            and (
                subjects.wording = {{ wording('factor_levels.level') }}
                or subjects.wording = factor_levels.wording
                or {{ within_bounds('subjects.value_number', 'factor_levels') }}
            )
    where subjects.type = 'categorical' and subjects.value_text is not null
    qualify
        row_number() over (
            partition by subjects.usubjid, subjects.factor
            order by
                case
                    when subjects.wording = {{ wording('factor_levels.level') }} then 1
                    when subjects.wording = factor_levels.wording then 2
                    else 3
                end,
                factor_levels.display_order,
                factor_levels.level nulls last
        ) = 1
),

levels_of_subjects as (
    select
        subjects.usubjid,
        subjects.factor,
        level_matches.level,
        subjects.value_number as value,
        subjects.type = 'categorical'
        and subjects.value_text is not null
        and level_matches.usubjid is null as is_unmapped,
        subjects.value_text,
        cast(null as date) as adt,
        'ADSL' as srcdom,
        subjects.variable as srcvar,
        cast(null as int) as srcseq
    from values_of_subjects as subjects
    left join level_matches
        on
            subjects.usubjid = level_matches.usubjid
            and subjects.factor = level_matches.factor
)

select * from levels_of_subjects
