with responses as (
    select * from {{ ref('int_responses') }}
),

best_responses as (
    select
        usubjid,
        rsseq,
        adt,
        adtf,
        response,
        cycle
    from responses
    where in_window and response_rank is not null
    qualify
        row_number() over (
            partition by usubjid
            order by response_rank nulls last, adt nulls last, rsseq nulls last
        ) = 1
)

select * from best_responses
