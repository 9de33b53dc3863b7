with responses as (
    select * from {{ ref('int_responses') }}
),

remissions_at_entry as (
    select * from {{ ref('int_remissions_at_entry') }}
),

first_remissions as (
    select
        responses.usubjid,
        responses.rsseq,
        responses.adt,
        responses.adtf,
        responses.response,
        responses.cycle
    from responses
    left join remissions_at_entry
        on responses.usubjid = remissions_at_entry.usubjid
    where
        responses.is_remission
        and responses.in_window
        and remissions_at_entry.usubjid is null
    -- two readings of one day: the better response, then the earlier record
    qualify
        row_number() over (
            partition by responses.usubjid
            order by
                responses.adt nulls last,
                responses.response_rank nulls last,
                responses.rsseq nulls last
        ) = 1
)

select * from first_remissions
