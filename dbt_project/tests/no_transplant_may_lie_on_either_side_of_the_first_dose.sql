{{ config(severity='warn') }}
-- Transplants whose partial date holds the first dose. The visit that told of them
-- decides, without one they count as history; the date itself has to be asked for.
with transplant_records as (
    select * from {{ ref('int_transplant_records') }}
)

select
    usubjid,
    prseq,
    prstdt,
    prstdt_last,
    trtsdt,
    is_prior
from transplant_records
where prstdt <= trtsdt and prstdt_last > trtsdt
