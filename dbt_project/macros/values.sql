{#- Text as given, without blanks around it; an empty text is not given. -#}
{% macro given(text_column) -%}
    nullif({{ trimmed(text_column) }}, '')
{%- endmacro %}

{#-
    Text as wordings are compared: upper case, no blanks around it, single spaces inside.
-#}
{% macro wording(text_column) -%}
    nullif({{ upper_case(trimmed(single_spaced(text_column))) }}, '')
{%- endmacro %}

{#-
    The wording of the first column with a value. Each column by itself: DuckDB works out a
    function of one stored column once for each different value, and of several for each row.
-#}
{% macro first_wording(text_columns) -%}
    case
        {%- for column in text_columns %}
        when {{ column }} is not null then {{ wording(column) }}
        {%- endfor %}
    end
{%- endmacro %}

{#-
    A finite number, or null when the text is not one. An engine may read 1_0 as 10, which
    nobody who writes data means.
-#}
{% macro number(text_column) -%}
    case
        when position('_' in {{ text_column }}) > 0 then null
        when {{ number_of_text(given(text_column)) }} between -1e300 and 1e300
            then {{ number_of_text(given(text_column)) }}
    end
{%- endmacro %}

{#- A finite number that is not negative, or null when the text is none. -#}
{% macro number_from_zero(text_column) -%}
    case when {{ number(text_column) }} >= 0 then {{ number(text_column) }} end
{%- endmacro %}

{#-
    An age that can be one, given in years; null otherwise. SDTM's word for the unit is YEARS,
    and an age without a unit is taken for years.
-#}
{% macro age_in_years(age, unit) -%}
    case
        when {{ age }} between 0 and 120 and {{ upper_case('coalesce(' ~ unit ~ ", 'YEARS')") }} = 'YEARS'
            then {{ age }}
    end
{%- endmacro %}

{#- A whole number, or null when the text is not one. -#}
{% macro whole_number(text_column) -%}
    {{ return(adapter.dispatch('whole_number', 'plateau')(text_column)) }}
{%- endmacro %}

{#- Text such as '3.0' is the whole number 3; '3.5' is none. -#}
{% macro default__whole_number(text_column) -%}
    case
        when {{ matches(given(text_column), '^[0-9]{1,9}([.]0*)?$') }}
            then cast(cast({{ given(text_column) }} as double) as int)
    end
{%- endmacro %}

{#-
    A parameter that may hold any text, as SQL. It arrives as the hexadecimal digits of its UTF-8,
    because dbt renders the text of a variable as a template.
-#}
{% macro free_text(name) -%}
    {{ text_of_hex(var(name ~ '_hex')) }}
{%- endmacro %}

{#- A parameter as quoted SQL text. -#}
{% macro quoted_text(text) -%}
    '{{ text | trim | replace("'", "''") }}'
{%- endmacro %}

{#-
    The items of a list parameter as quoted SQL text: 'CR', 'CRh'. Of no items the empty text,
    which no value is.
-#}
{% macro quoted_items(items) -%}
    {%- if items is string -%}
        {%- set items = items.split(',') -%}
    {%- endif -%}
    {%- for item in items -%}
        {{ quoted_text(item) }}{{ ', ' if not loop.last }}
    {%- else -%}
        ''
    {%- endfor -%}
{%- endmacro %}
