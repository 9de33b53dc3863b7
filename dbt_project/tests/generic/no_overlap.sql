{#- The intervals of one partition, first and last day included, never share a day. -#}
{% test no_overlap(model, partition, first_column, last_column) %}
with intervals_in_order as (
    select
        {{ partition }},
        {{ first_column }} as first_day,
        lag({{ last_column }}) over (
            partition by {{ partition }}
            order by {{ first_column }} nulls last
        ) as last_day_before
    from {{ model }}
)

select * from intervals_in_order
where first_day <= last_day_before
{% endtest %}
