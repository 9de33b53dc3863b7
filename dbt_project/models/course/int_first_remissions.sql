with responses as (
    select * from {{ ref('int_responses') }}
),

first_remissions as (
    select
        usubjid,
        rsseq,
        adt,
        adtf,
        response,
        cycle
    from responses
    where is_remission and in_window
    -- two readings of one day: the better response, then the earlier record
    qualify
        row_number() over (
            partition by usubjid
            order by adt, response_rank, rsseq
        ) = 1
)

select * from first_remissions
