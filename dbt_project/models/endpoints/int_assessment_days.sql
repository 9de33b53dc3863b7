with endpoints as (
    select * from {{ ref('stg_study__endpoints') }}
    where assessments is not null
),

origins as (
    select * from {{ ref('int_endpoint_origins') }}
),

fact_records as (
    select * from {{ ref('int_fact_records') }}
    where rule is null and adtf is null
),

assessment_days as (
    select
        origins.usubjid,
        origins.paramcd,
        endpoints.assessments as fact,
        fact_records.adt,
        fact_records.srcdom,
        fact_records.srcvar,
        fact_records.srcseq
    from origins
    inner join endpoints on origins.paramcd = endpoints.paramcd
    inner join fact_records
        on
            origins.usubjid = fact_records.usubjid
            and endpoints.assessments = fact_records.fact
    where fact_records.adt >= origins.startdt
    qualify
        row_number() over (
            partition by origins.usubjid, origins.paramcd, fact_records.adt
            order by
                fact_records.srcseq nulls last,
                fact_records.src_file,
                fact_records.src_row
        ) = 1
)

select * from assessment_days
