with factors as (
    select * from {{ ref('stg_study__factors') }}
),

factor_levels as (
    select * from {{ ref('stg_study__factor_levels') }}
),

known_levels as (
    select
        factor,
        level,
        {{ value_at_min('label', 'display_order') }} as level_label,
        min(display_order) as level_order
    from factor_levels
    where level is not null
    group by factor, level
),

-- what is not known is shown last
labels_for_unknown as (
    select
        factors.factor,
        'unknown' as level,
        coalesce(
            {{ value_at_min('factor_levels.label', 'factor_levels.display_order') }},
            'Unknown'
        ) as level_label,
        9999 as level_order
    from factors
    left join factor_levels
        on
            factors.factor = factor_levels.factor
            and factor_levels.level is null
    group by factors.factor
),

level_labels as (
    select * from known_levels
    union all
    select * from labels_for_unknown
)

select * from level_labels
