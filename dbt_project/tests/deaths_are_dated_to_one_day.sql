{{ config(severity='warn') }}
-- Sources of a death that contradict the day it has. The contact that told of it may be
-- later.
with death_records as (
    select * from {{ ref('int_death_records') }}
),

deaths as (
    select * from {{ ref('int_deaths') }}
)

select
    death_records.usubjid,
    death_records.srcdom,
    death_records.value,
    deaths.dthdt
from death_records
inner join deaths on death_records.usubjid = deaths.usubjid
where
    death_records.rule is null
    and (
        death_records.adt_last < deaths.dthdt
        or (death_records.adt > deaths.dthdt and death_records.srcdom <> 'SS')
    )
