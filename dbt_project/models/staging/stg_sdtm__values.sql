with sdtm_value as (
    select * from {{ source('sdtm', 'sdtm_value') }}
),

typed as (
    select
        src_trial,
        src_domain,
        src_file,
        src_row,
        variable,
        {{ given('value') }} as value,
        {{ number('value') }} as value_number
    from sdtm_value
)

select * from typed
