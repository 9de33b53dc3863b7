-- An endpoint that ends in a censoring has no event on or before that day, and none
-- that is left unused unless a rule censors first.
with censoring as (
    select * from {{ ref('censoring') }}
),

selected as (
    select * from censoring
    where is_selected
)

select
    censoring.usubjid,
    censoring.paramcd,
    censoring.rule_id,
    censoring.adt
from censoring
inner join selected
    on
        censoring.usubjid = selected.usubjid
        and censoring.paramcd = selected.paramcd
where
    censoring.role in ('event', 'competing')
    and censoring.reason != 'before origin'
    and (censoring.adt < selected.adt or selected.role = 'censor')
