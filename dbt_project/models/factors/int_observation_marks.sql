with record_values as (
    select * from {{ ref('stg_sdtm__values') }}
),

marks_of_records as (
    select
        src_file,
        src_row,
        max(
            case
                when {{ wording('value') }} <> 'Y' then null
                when variable = src_domain || 'LOBXFL' then 2
                when variable = src_domain || 'BLFL' then 1
            end
        ) as baseline_flag,
        max(case when variable = src_domain || 'TPTNUM' then value_number end)
            as time_point,
        max(
            case
                when variable = src_domain || 'TPT'
                    then {{ matches(wording('value'), 'POST.?DOSE') }}
                when variable = src_domain || 'ELTM'
                    then
                        {{ matches('value', '^[+]?P') }}
                        and {{ matches('value', '[1-9]') }}
                else false
            end
        ) as is_post_dose
    from record_values
    where
        variable in (
            src_domain || 'LOBXFL',
            src_domain || 'BLFL',
            src_domain || 'TPTNUM',
            src_domain || 'TPT',
            src_domain || 'ELTM'
        )
    group by
        src_file,
        src_row
)

select * from marks_of_records
