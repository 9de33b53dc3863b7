with adam_value as (
    select * from {{ source('adam', 'adam_value') }}
),

typed as (
    select
        src_trial,
        src_domain,
        src_file,
        src_row,
        {{ given('kind') }} as kind,
        {{ given('name') }} as name,
        {{ given('variable') }} as variable,
        {{ given('value') }} as value,
        {{ number('value') }} as value_number
    from adam_value
)

select * from typed
