with ends as (
    select * from {{ ref('int_adam_ends') }}
),

factors as (
    select * from {{ ref('stg_study__factors') }}
    where timing = 'post_baseline'
),

factor_levels as (
    select * from {{ ref('stg_study__factor_levels') }}
    where level is not null
),

intervals as (
    select * from {{ accepted('stg_adam__adtteint') }}
),

adam_values as (
    select * from {{ ref('stg_adam__values') }}
    where kind = 'factor'
),

values_of_intervals as (
    select
        ends.usubjid,
        ends.paramcd,
        ends.aval,
        factors.factor,
        intervals.tstart * ends.unit_days as day,
        {{ wording('adam_values.value') }} as value
    from ends
    inner join intervals
        on
            ends.usubjid = intervals.usubjid
            and ends.paramcd = intervals.paramcd
    cross join factors
    left join adam_values
        on
            intervals.src_file = adam_values.src_file
            and intervals.src_row = adam_values.src_row
            and factors.factor = adam_values.name
),

levels_of_intervals as (
    select
        values_of_intervals.usubjid,
        values_of_intervals.paramcd,
        values_of_intervals.aval,
        values_of_intervals.factor,
        values_of_intervals.day,
        min(factor_levels.level) as level
    from values_of_intervals
    left join factor_levels
        on
            values_of_intervals.factor = factor_levels.factor
            and (
                values_of_intervals.value = {{ wording('factor_levels.level') }}
                or values_of_intervals.value = factor_levels.wording
            )
    group by
        values_of_intervals.usubjid,
        values_of_intervals.paramcd,
        values_of_intervals.aval,
        values_of_intervals.factor,
        values_of_intervals.day
),

-- without an interval from the origin on, the level there is not known
levels_at_origin as (
    select
        ends.usubjid,
        ends.paramcd,
        factors.factor,
        cast(0 as double) as day,
        levels_of_intervals.level
    from ends
    cross join factors
    left join levels_of_intervals
        on
            ends.usubjid = levels_of_intervals.usubjid
            and ends.paramcd = levels_of_intervals.paramcd
            and factors.factor = levels_of_intervals.factor
            and levels_of_intervals.day = 0
),

levels_before as (
    select
        *,
        lag(level) over (
            partition by usubjid, paramcd, factor order by day
        ) as level_before
    from levels_of_intervals
),

changes as (
    select
        usubjid,
        paramcd,
        factor,
        day,
        level
    from levels_at_origin
    union all
    select
        usubjid,
        paramcd,
        factor,
        day,
        level
    from levels_before
    where day > 0 and day < aval and level is distinct from level_before
)

select * from changes
