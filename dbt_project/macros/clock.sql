{#-
    A time on the analysis clock, in days: last - first, or one more where the study follows
    the ADaM convention. This is the only place that knows the convention.
-#}
{% macro time_on_clock(first_date, last_date) -%}
    cast(
        {{ days_between(first_date, last_date) }} + {{ origin_day() }} as double
    )
{%- endmacro %}

{#- The time an event on the day of the origin has. -#}
{% macro origin_day() -%}
    {{ 1 if var('day_convention') == 'adam' else 0 }}
{%- endmacro %}
