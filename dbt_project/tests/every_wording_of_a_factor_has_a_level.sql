{{ config(severity='warn') }}
-- Values of a baseline factor that no row of factor_levels.csv covers. They count as
-- not known; a row with an empty level says that this is meant.
with matched_levels as (
    select * from {{ ref('int_factor_levels_matched') }}
)

select
    factor,
    coalesce(value_text, {{ number_as_text('value') }}) as wording,
    count(*) as n_subjects
from matched_levels
where is_unmapped
group by factor, coalesce(value_text, {{ number_as_text('value') }})
