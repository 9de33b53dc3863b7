{% set ties = ["case when relapse_site = 'unspecified' then 1 else 0 end", 'rsseq'] %}
with responses as (
    select * from {{ ref('int_responses') }}
),

remissions as (
    select * from {{ ref('int_remissions') }}
),

relapses_after_remission as (
    select
        responses.usubjid,
        responses.rsseq,
        -- a partial date that holds the remission stands for that day at the earliest
        greatest(responses.adt, remissions.adt) as adt,
        responses.adtf,
        responses.relapse_site,
        responses.cycle
    from responses
    inner join remissions
        on responses.usubjid = remissions.usubjid
    where
        responses.relapse_site is not null
        and responses.adt_last > remissions.adt
),

first_relapses as (
    select *
    from relapses_after_remission
    -- of one day a known site stands before an unspecified one
    qualify {{ place_by_date('usubjid', ties=ties) }} = 1
)

select * from first_relapses
