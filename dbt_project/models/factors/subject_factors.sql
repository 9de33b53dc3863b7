with matched_levels as (
    select * from {{ ref('int_factor_levels_matched') }}
),

subject_factors as (
    select
        usubjid,
        factor,
        level,
        cast(value as double) as value,
        adt,
        srcdom,
        srcvar,
        cast(srcseq as int) as srcseq
    from matched_levels
)

select * from subject_factors
