with record_values as (
    select
        src_domain,
        src_file,
        src_row,
        variable,
        {{ wording('value') }} as wording
    from {{ ref('stg_sdtm__values') }}
),

answers as (
    select
        src_domain,
        src_file,
        src_row,
        max(case when variable = src_domain || 'STAT' then wording end) as status,
        max(case when variable = src_domain || 'OCCUR' then wording end) as occurrence,
        max(case when variable = src_domain || 'PRESP' then wording end)
            as prespecified
    from record_values
    where
        variable = src_domain || 'STAT'
        or variable = src_domain || 'OCCUR'
        or variable = src_domain || 'PRESP'
    group by
        src_domain,
        src_file,
        src_row
),

-- what was asked for by name happened only where the answer is yes
occurrences as (
    select
        src_domain,
        src_file,
        src_row,
        occurrence,
        coalesce(status = 'NOT DONE', false) as is_not_done,
        coalesce(occurrence = 'N', false)
        or (
            coalesce(prespecified = 'Y', false)
            and coalesce(occurrence <> 'Y', true)
        ) as did_not_occur
    from answers
)

select * from occurrences
