with responses as (
    select * from {{ ref('int_responses') }}
),

-- what cannot be evaluated says nothing about the remission
assessments_until_first_dose as (
    select *
    from responses
    where
        not is_after_first_dose
        and (
            relapse_site is not null
            or response
            not in ({{ quoted_items(var('not_evaluable_terms')) }})
        )
),

-- of one day a relapse first, then the worse response
last_assessments as (
    select *
    from assessments_until_first_dose
    qualify
        row_number() over (
            partition by usubjid
            order by
                adt desc,
                case when relapse_site is not null then 0 else 1 end asc,
                response_rank desc,
                rsseq desc
        ) = 1
),

remissions_at_entry as (
    select
        usubjid,
        rsseq,
        trtsdt,
        adt,
        adtf,
        response
    from last_assessments
    where is_remission and relapse_site is null
)

select * from remissions_at_entry
