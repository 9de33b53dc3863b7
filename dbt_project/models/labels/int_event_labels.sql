with endpoint_rules as (
    select * from {{ ref('stg_study__endpoint_rules') }}
),

event_labels as (
    select
        paramcd,
        role,
        {{ value_at_min('description', 'priority') }} as event_label
    from endpoint_rules
    where role in ('event', 'competing')
    group by paramcd, role
)

select * from event_labels
