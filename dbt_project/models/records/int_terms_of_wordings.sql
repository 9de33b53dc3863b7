with terms as (
    select * from {{ ref('stg_study__terms') }}
),

wordings as (
    select distinct
        src_trial,
        domain,
        {{ upper_case('testcd') }} as testcd,
        wording,
        result_number is not null as is_number
    from {{ ref('int_staged_records') }}
    where wording is not null or result_number is not null
),

terms_of_wordings as (
    select
        wordings.src_trial,
        wordings.domain,
        wordings.testcd,
        wordings.wording,
        wordings.is_number,
        terms.category,
        terms.value
    from wordings
    inner join terms
        on
            wordings.domain = terms.domain
            and (wordings.testcd = terms.testcd or terms.testcd is null)
            and (wordings.src_trial = terms.trial_id or terms.trial_id is null)
            and (
                wordings.wording = terms.wording
                -- a term without wording takes whatever was written, and for residual
                -- disease whatever was measured
                or (
                    terms.wording is null
                    and (terms.category <> 'mrd' or wordings.is_number)
                )
            )
    qualify
        -- the wording itself before any wording, the trial's term before a common one
        row_number() over (
            partition by
                wordings.src_trial,
                wordings.domain,
                wordings.testcd,
                wordings.wording,
                wordings.is_number,
                terms.category
            order by
                case when terms.wording is null then 1 else 0 end,
                case when terms.trial_id is null then 1 else 0 end,
                case when terms.testcd is null then 1 else 0 end,
                terms.value nulls last
        ) = 1
)

select * from terms_of_wordings
