{#-
    The expressions in which engines differ. A second engine overrides the `default__`
    implementation with one of its own name; models never spell these out.
-#}

{#- Whole days from one date to another: last - first. -#}
{% macro days_between(first_date, last_date) -%}
    {{ dbt.datediff(first_date, last_date, 'day') }}
{%- endmacro %}

{#- The date a number of days after another. -#}
{% macro add_days(date_column, days) -%}
    {{ return(adapter.dispatch('add_days', 'plateau')(date_column, days)) }}
{%- endmacro %}

{% macro default__add_days(date_column, days) -%}
    cast({{ dbt.dateadd('day', days, date_column) }} as date)
{%- endmacro %}

{% macro duckdb__add_days(date_column, days) -%}
    ({{ date_column }} + cast({{ days }} as integer))
{%- endmacro %}

{#- The last day of the month of a day. -#}
{% macro last_day_of_month(day) -%}
    last_day({{ day }})
{%- endmacro %}

{#- The last day of the year of a day. -#}
{% macro last_day_of_year(day) -%}
    make_date(cast(extract(year from {{ day }}) as int), 12, 31)
{%- endmacro %}

{#- True where the text matches the regular expression. -#}
{% macro matches(text_column, pattern) -%}
    {{ return(adapter.dispatch('matches', 'plateau')(text_column, pattern)) }}
{%- endmacro %}

{% macro default__matches(text_column, pattern) -%}
    regexp_like({{ text_column }}, '{{ pattern }}')
{%- endmacro %}

{% macro duckdb__matches(text_column, pattern) -%}
    regexp_matches({{ text_column }}, '{{ pattern }}')
{%- endmacro %}

{#- The text that the one group in parentheses matches; empty where nothing matches. -#}
{% macro extracted(text_column, pattern) -%}
    regexp_extract({{ text_column }}, '{{ pattern }}', 1)
{%- endmacro %}

{#- Text with every run of white space made one space. -#}
{% macro single_spaced(text_column) -%}
    {{ return(adapter.dispatch('single_spaced', 'plateau')(text_column)) }}
{%- endmacro %}

{% macro default__single_spaced(text_column) -%}
    regexp_replace({{ text_column }}, '\\s+', ' ')
{%- endmacro %}

{% macro duckdb__single_spaced(text_column) -%}
    regexp_replace({{ text_column }}, '\s+', ' ', 'g')
{%- endmacro %}

{#- The value of one column in the row where another is greatest; nulls never win. -#}
{% macro value_at_max(value_column, order_column) -%}
    max_by({{ value_column }}, {{ order_column }})
{%- endmacro %}

{% macro value_at_min(value_column, order_column) -%}
    min_by({{ value_column }}, {{ order_column }})
{%- endmacro %}

{#- The value as another type, or null where it has none. -#}
{% macro cast_or_null(expression, type) -%}
    {{ return(adapter.dispatch('cast_or_null', 'plateau')(expression, type)) }}
{%- endmacro %}

{#- dbt's own safe_cast is an ordinary cast on DuckDB, so both engines are spelled out. -#}
{% macro default__cast_or_null(expression, type) -%}
    try_cast({{ expression }} as {{ type }})
{%- endmacro %}

{#- True where the text matches the regular expression that another column holds. -#}
{% macro matches_pattern(text_column, pattern_column) -%}
    {{ return(adapter.dispatch('matches_pattern', 'plateau')(text_column, pattern_column)) }}
{%- endmacro %}

{% macro default__matches_pattern(text_column, pattern_column) -%}
    regexp_like({{ text_column }}, {{ pattern_column }})
{%- endmacro %}

{% macro duckdb__matches_pattern(text_column, pattern_column) -%}
    regexp_matches({{ text_column }}, {{ pattern_column }})
{%- endmacro %}
