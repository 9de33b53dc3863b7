with end_dates as (
    select * from {{ ref('int_end_dates_given') }}
),

first_broken_rules as (
    select *
    from
        {{ first_broken_rules(
            ref('int_broken_rules_of_end_dates'), ['src_file', 'src_row']
        ) }} as first_broken_rules
),

ends_judged as (
    select
        end_dates.src_file,
        end_dates.src_row,
        end_dates.domain,
        end_dates.usubjid,
        end_dates.seq,
        end_dates.variable,
        end_dates.value,
        -- a partial end is not before its start
        case
            when end_dates.adt is not null
                then greatest(end_dates.adt, end_dates.adt_start)
        end as adt,
        end_dates.adtf,
        first_broken_rules.rule
    from end_dates
    left join first_broken_rules
        on
            end_dates.src_file = first_broken_rules.src_file
            and end_dates.src_row = first_broken_rules.src_row
)

select * from ends_judged
