with factor_values as (
    select * from {{ ref('int_factor_values') }}
),

factor_levels as (
    select * from {{ ref('stg_study__factor_levels') }}
),

level_matches as (
    select
        factor_values.usubjid,
        factor_values.factor,
        factor_levels.level
    from factor_values
    inner join factor_levels
        on
            factor_values.factor = factor_levels.factor
            and (
                factor_levels.wording = coalesce(
                    {{ wording('factor_values.value_text') }},
                    cast({{ nearest_integer('factor_values.value_num') }} as string)
                )
                or {{ within_bounds('factor_values.value_num', 'factor_levels') }}
            )
    where factor_values.type = 'categorical' and not factor_values.is_level
    qualify
        row_number() over (
            partition by factor_values.usubjid, factor_values.factor
            order by factor_levels.display_order, factor_levels.level nulls last
        ) = 1
),

levels_of_subjects as (
    select
        factor_values.usubjid,
        factor_values.factor,
        case
            when factor_values.is_level then factor_values.value_text
            when factor_values.value_text is null and factor_values.value_num is null
                then factor_values.no_record
            else level_matches.level
        end as level,
        factor_values.value_num as value,
        -- a value that no level and no "missing" wording covers
        factor_values.type = 'categorical'
        and not factor_values.is_level
        and level_matches.usubjid is null
        and (
            factor_values.value_text is not null
            or factor_values.value_num is not null
        ) as is_unmapped,
        factor_values.value_text,
        factor_values.adt,
        factor_values.srcdom,
        factor_values.srcvar,
        factor_values.srcseq
    from factor_values
    left join level_matches
        on
            factor_values.usubjid = level_matches.usubjid
            and factor_values.factor = level_matches.factor
),

-- what ADaM has of a subject is not derived again
levels_of_all_subjects as (
    select * from levels_of_subjects
    union all
    select * from {{ ref('int_adam_levels_matched') }}
)

select * from levels_of_all_subjects
