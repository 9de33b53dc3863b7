-- Every level a subject has, at baseline or later, is a level factor_levels.csv knows.
with subject_factors as (
    select * from {{ ref('subject_factors') }}
),

factor_changes as (
    select * from {{ ref('factor_changes') }}
),

factor_levels as (
    select * from {{ ref('stg_study__factor_levels') }}
),

levels_in_use as (
    select
        factor,
        level
    from subject_factors
    where level is not null
    union distinct
    select
        factor,
        level
    from factor_changes
    where level is not null
)

select
    levels_in_use.factor,
    levels_in_use.level
from levels_in_use
left join factor_levels
    on
        levels_in_use.factor = factor_levels.factor
        and levels_in_use.level = factor_levels.level
where factor_levels.factor is null
