with remissions_at_entry as (
    select * from {{ ref('int_remissions_at_entry') }}
),

first_remissions as (
    select * from {{ ref('int_first_remissions') }}
),

-- a remission at entry counts from the first dose: what ends it comes after that day
remissions as (
    select
        usubjid,
        trtsdt as adt,
        true as is_at_entry
    from remissions_at_entry
    union all
    select
        usubjid,
        adt,
        false as is_at_entry
    from first_remissions
)

select * from remissions
