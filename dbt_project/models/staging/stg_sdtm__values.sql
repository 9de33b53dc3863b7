with sdtm_value as (
    select * from {{ source('sdtm', 'sdtm_value') }}
),

texts as (
    select
        *,
        value as valuedtc
    from sdtm_value
),

dated as (
    select
        *,
        {{ possible_days('valuedtc') }}
    from texts
),

typed as (
    select
        src_trial,
        src_domain,
        src_file,
        src_row,
        variable,
        {{ given('value') }} as value,
        {{ number('value') }} as value_number,
        {{ date_columns('valuedtc') }}
    from dated
)

select * from typed
