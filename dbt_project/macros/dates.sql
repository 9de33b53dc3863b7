{#-
    ISO 8601 dates of SDTM (--DTC), complete or partial. Times of day are ignored. Accepted:
    2012-05-17, 2012-05-17T10:30, 2012-05 (day not known), 2012 and 2012---17 (month not
    known). Anything else, a 30 February or a year outside 1900-2099 (which stands for
    "unknown") included, is not readable and gives null.
-#}

{#- The parts a text has, as the start of a regular expression. -#}
{% macro year_pattern() -%}
    ^(19|20)[0-9]{2}
{%- endmacro %}

{% macro is_whole_day(dtc) -%}
    {{ matches(dtc, year_pattern() ~ '-[0-9]{2}-[0-9]{2}(T[0-9:.,Z+-]*)?$') }}
{%- endmacro %}

{% macro is_month(dtc) -%}
    {{ matches(dtc, year_pattern() ~ '-[0-9]{2}$') }}
{%- endmacro %}

{% macro is_year(dtc) -%}
    {{ matches(dtc, year_pattern() ~ '(---[0-9]{2})?$') }}
{%- endmacro %}

{#- The earliest day the text can mean. -#}
{% macro first_possible_day(dtc) -%}
    case
        when {{ is_whole_day(dtc) }}
            then {{ cast_or_null('substr(' ~ dtc ~ ', 1, 10)', 'date') }}
        when {{ is_month(dtc) }}
            then {{ cast_or_null(dtc ~ " || '-01'", 'date') }}
        when {{ is_year(dtc) }}
            then {{ cast_or_null('substr(' ~ dtc ~ ", 1, 4) || '-01-01'", 'date') }}
    end
{%- endmacro %}

{#- The latest day the text can mean. -#}
{% macro last_possible_day(dtc) -%}
    case
        when {{ is_whole_day(dtc) }}
            then {{ cast_or_null('substr(' ~ dtc ~ ', 1, 10)', 'date') }}
        when {{ is_month(dtc) }}
            then {{ dbt.last_day(cast_or_null(dtc ~ " || '-01'", 'date'), 'month') }}
        when {{ is_year(dtc) }}
            then {{ cast_or_null('substr(' ~ dtc ~ ", 1, 4) || '-12-31'", 'date') }}
    end
{%- endmacro %}

{#- What had to be imputed: D the day, M the month and the day; null for a complete date. -#}
{% macro imputation_flag(dtc) -%}
    case
        when {{ first_possible_day(dtc) }} is null then null
        when {{ is_month(dtc) }} then 'D'
        when {{ is_year(dtc) }} then 'M'
    end
{%- endmacro %}

{#- The four columns of a --DTC variable: text as given, first and last day, flag. -#}
{% macro date_columns(dtc) -%}
    {%- set name = dtc[:-1] -%}
    {{ given(dtc) }} as {{ dtc }},
    {{ first_possible_day(given(dtc)) }} as {{ name }},
    {{ last_possible_day(given(dtc)) }} as {{ name }}_last,
    {{ imputation_flag(given(dtc)) }} as {{ name }}f
{%- endmacro %}

{#-
    The day a partial date stands for when it cannot be before another day: its first
    possible day, or that other day where the interval holds both.
-#}
{% macro not_before(first_day, last_day, floor_day) -%}
    case
        when {{ floor_day }} between {{ first_day }} and {{ last_day }} then {{ floor_day }}
        else {{ first_day }}
    end
{%- endmacro %}

{#- Study day as in ADaM: the first dose is day 1 and there is no day 0. -#}
{% macro study_day(day, first_dose) -%}
    cast(
        {{ days_between(first_dose, day) }}
        + case when {{ day }} >= {{ first_dose }} then 1 else 0 end
        as int
    )
{%- endmacro %}
