with endpoints as (
    select * from {{ ref('stg_study__endpoints') }}
),

members as (
    select * from {{ ref('int_members_before_endpoints') }}
),

origins as (
    select * from {{ ref('int_endpoint_origins') }}
),

members_without_origin as (
    select
        members.usubjid,
        endpoints.paramcd,
        endpoints.origin_fact
    from endpoints
    inner join members on endpoints.population = members.population
    anti join origins
        on
            members.usubjid = origins.usubjid
            and endpoints.paramcd = origins.paramcd
    where not members.needs_endpoint
)

select * from members_without_origin
