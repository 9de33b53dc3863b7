with limits as (
    select
        src_file,
        src_row,
        'LBLLOD' as variable,
        lbllod_given as value,
        lbllod as usable
    from {{ ref('stg_sdtm__lb') }}
    where lbllod_given is not null
    union all
    select
        src_file,
        src_row,
        'LBLLOQ' as variable,
        lblloq_given as value,
        lblloq as usable
    from {{ ref('stg_sdtm__lb') }}
    where lblloq_given is not null
),

unusable_limits as (
    select
        *,
        {{ number('value') }} as as_number
    from limits
    where usable is null
),

unreadable_limits as (
    select
        src_file,
        src_row,
        'value' as turns_away,
        'unreadable_number' as rule,
        variable,
        value
    from unusable_limits
    where as_number is null
),

impossible_limits as (
    select
        src_file,
        src_row,
        'value' as turns_away,
        'impossible_number' as rule,
        variable,
        value
    from unusable_limits
    where as_number is not null
),

broken_rules as (
    select * from unreadable_limits
    union all
    select * from impossible_limits
)

select * from broken_rules
