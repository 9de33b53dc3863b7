{#-
    The expressions in which engines differ. An engine overrides the `default__`
    implementation with one of its own name; models never spell these out. Where two engines
    run the same text and disagree without a word, tests/spark/test_dialect.py has the rows
    that would show it.
-#}

{#- Whole days from one date to another: last - first. -#}
{% macro days_between(first_date, last_date) -%}
    {{ return(adapter.dispatch('days_between', 'plateau')(first_date, last_date)) }}
{%- endmacro %}

{% macro default__days_between(first_date, last_date) -%}
    {{ dbt.datediff(first_date, last_date, 'day') }}
{%- endmacro %}

{#- dbt's own repeats each date several times, and again in what is made of the result. -#}
{% macro spark__days_between(first_date, last_date) -%}
    cast(datediff({{ last_date }}, {{ first_date }}) as bigint)
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

{% macro spark__add_days(date_column, days) -%}
    date_add({{ date_column }}, cast({{ days }} as int))
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

{% macro spark__matches(text_column, pattern) -%}
    regexp_like({{ text_column }}, {{ java_pattern(pattern) }})
{%- endmacro %}

{% macro duckdb__matches(text_column, pattern) -%}
    regexp_matches({{ text_column }}, '{{ pattern }}')
{%- endmacro %}

{#- The text that the one group in parentheses matches; empty where nothing matches. -#}
{% macro extracted(text_column, pattern) -%}
    {{ return(adapter.dispatch('extracted', 'plateau')(text_column, pattern)) }}
{%- endmacro %}

{% macro default__extracted(text_column, pattern) -%}
    regexp_extract({{ text_column }}, '{{ pattern }}', 1)
{%- endmacro %}

{% macro spark__extracted(text_column, pattern) -%}
    regexp_extract({{ text_column }}, {{ java_pattern(pattern) }}, 1)
{%- endmacro %}

{#-
    A pattern as quoted text for Java, whose `$` also matches before a last line feed and whose
    `.` matches no carriage return.
-#}
{% macro java_pattern(pattern) -%}
    '(?d){{ pattern | replace('$', '\\\\z') }}'
{%- endmacro %}

{#- Text without blanks, those of Unicode included, at its beginning and end. -#}
{% macro trimmed(text_column) -%}
    {{ return(adapter.dispatch('trimmed', 'plateau')(text_column)) }}
{%- endmacro %}

{% macro default__trimmed(text_column) -%}
    trim({{ text_column }})
{%- endmacro %}

{#- Spark's trim takes U+0020 alone; here the space separators of Unicode are listed. -#}
{% macro spark__trimmed(text_column) -%}
    {%- set codes = [
        '0020', '00a0', '1680', '2000', '2001', '2002', '2003', '2004', '2005', '2006',
        '2007', '2008', '2009', '200a', '202f', '205f', '3000',
    ] -%}
    trim(both '{% for code in codes %}\u{{ code }}{% endfor %}' from {{ text_column }})
{%- endmacro %}

{#- Text with every run of white space made one space. -#}
{% macro single_spaced(text_column) -%}
    {{ return(adapter.dispatch('single_spaced', 'plateau')(text_column)) }}
{%- endmacro %}

{% macro default__single_spaced(text_column) -%}
    regexp_replace({{ text_column }}, '\\s+', ' ')
{%- endmacro %}

{#- Java counts the vertical tab among white space. -#}
{% macro spark__single_spaced(text_column) -%}
    regexp_replace({{ text_column }}, '[ \\t\\n\\f\\r]+', ' ')
{%- endmacro %}

{% macro duckdb__single_spaced(text_column) -%}
    regexp_replace({{ text_column }}, '\s+', ' ', 'g')
{%- endmacro %}

{#- The value of one column in the row where another is greatest; nulls never win. -#}
{% macro value_at_max(value_column, order_column) -%}
    {{ return(adapter.dispatch('value_at_max', 'plateau')(value_column, order_column)) }}
{%- endmacro %}

{% macro default__value_at_max(value_column, order_column) -%}
    max_by({{ value_column }}, {{ order_column }})
{%- endmacro %}

{% macro spark__value_at_max(value_column, order_column) -%}
    max_by(
        {{ value_column }},
        case when {{ value_column }} is not null then {{ order_column }} end
    )
{%- endmacro %}

{#- The same where another is least. -#}
{% macro value_at_min(value_column, order_column) -%}
    {{ return(adapter.dispatch('value_at_min', 'plateau')(value_column, order_column)) }}
{%- endmacro %}

{% macro default__value_at_min(value_column, order_column) -%}
    min_by({{ value_column }}, {{ order_column }})
{%- endmacro %}

{% macro spark__value_at_min(value_column, order_column) -%}
    min_by(
        {{ value_column }},
        case when {{ value_column }} is not null then {{ order_column }} end
    )
{%- endmacro %}

{#- The texts of a group in the order of another column, with a separator between them. -#}
{% macro text_list(text_column, separator, order_column) -%}
    {{ return(
        adapter.dispatch('text_list', 'plateau')(text_column, separator, order_column)
    ) }}
{%- endmacro %}

{% macro default__text_list(text_column, separator, order_column) -%}
    {{ dbt.listagg(text_column, "'" ~ separator ~ "'", 'order by ' ~ order_column) }}
{%- endmacro %}

{#- dbt's own leaves the order out. -#}
{% macro spark__text_list(text_column, separator, order_column) -%}
    listagg({{ text_column }}, '{{ separator }}') within group (order by {{ order_column }})
{%- endmacro %}

{#- The value as another type, or null where it has none. -#}
{% macro cast_or_null(expression, type) -%}
    {{ return(adapter.dispatch('cast_or_null', 'plateau')(expression, type)) }}
{%- endmacro %}

{#- dbt's own safe_cast is an ordinary cast on DuckDB, so both engines are spelled out. -#}
{% macro default__cast_or_null(expression, type) -%}
    try_cast({{ expression }} as {{ type }})
{%- endmacro %}

{#- The number that a text is in decimal or scientific notation, or null. -#}
{% macro number_of_text(text_column) -%}
    {{ return(adapter.dispatch('number_of_text', 'plateau')(text_column)) }}
{%- endmacro %}

{% macro default__number_of_text(text_column) -%}
    {{ cast_or_null(text_column, 'double') }}
{%- endmacro %}

{#- Java also reads 5d, 1F and 0x1p3. -#}
{% macro spark__number_of_text(text_column) -%}
    case
        when
            {{ matches(
                text_column,
                '^\\\\s*[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?\\\\s*$'
            ) }}
            then {{ cast_or_null(text_column, 'double') }}
    end
{%- endmacro %}

{#- The nearest whole number; of two equally near ones the even one. -#}
{% macro nearest_integer(number_column) -%}
    {{ return(adapter.dispatch('nearest_integer', 'plateau')(number_column)) }}
{%- endmacro %}

{% macro default__nearest_integer(number_column) -%}
    cast({{ number_column }} as int)
{%- endmacro %}

{#- A cast in Spark cuts the decimals off. -#}
{% macro spark__nearest_integer(number_column) -%}
    cast(rint({{ number_column }}) as int)
{%- endmacro %}

{#- A number as text, with the fewest digits that give it back: 2.5, 100.0, 1e-05, 1e+16. -#}
{% macro number_as_text(number_column) -%}
    {{ return(adapter.dispatch('number_as_text', 'plateau')(number_column)) }}
{%- endmacro %}

{% macro default__number_as_text(number_column) -%}
    cast({{ number_column }} as string)
{%- endmacro %}

{#- Spark writes 1.0E-5 and 1.2345678E7. -#}
{% macro spark__number_as_text(number_column) -%}
    {%- set text = 'cast(cast(' ~ number_column ~ ' as double) as string)' -%}
    {%- set exponent = "cast(regexp_extract(" ~ text ~ ", 'E(-?[0-9]+)', 1) as int)" -%}
    case
        when position('E' in {{ text }}) = 0 then {{ text }}
        when {{ exponent }} between -4 and 15
            then
                regexp_replace(
                    regexp_replace(
                        cast(cast({{ text }} as decimal(38, 21)) as string), '0+$', ''
                    ),
                    '[.]$',
                    '.0'
                )
        else
            regexp_replace(regexp_extract({{ text }}, '^([^E]+)E', 1), '[.]0$', '')
            || case when {{ exponent }} < 0 then 'e-' else 'e+' end
            || case when abs({{ exponent }}) < 10 then '0' else '' end
            || cast(abs({{ exponent }}) as string)
    end
{%- endmacro %}

{#- A text in upper case, letter by letter: its length stays. -#}
{% macro upper_case(text_column) -%}
    {{ return(adapter.dispatch('upper_case', 'plateau')(text_column)) }}
{%- endmacro %}

{% macro default__upper_case(text_column) -%}
    upper({{ text_column }})
{%- endmacro %}

{#-
    Spark makes two letters or three of one that has no capital of its own (SS of a sharp s, FI
    of a ligature), and knows capitals younger than Unicode 15. A text of one byte a letter has
    none of these.
-#}
{% macro spark__upper_case(text_column) -%}
    case
        when octet_length({{ text_column }}) = char_length({{ text_column }})
            then upper({{ text_column }})
        else
            array_join(
                transform(
                    split({{ text_column }}, ''),
                    letter -> case
                        when letter = '\u00df' then '\u1e9e'
                        when letter in ('\u019b', '\u0264', '\ua7d3', '\ua7d5') then letter
                        when char_length(upper(letter)) = 1 then upper(letter)
                        when char_length(initcap(letter)) = 1 then initcap(letter)
                        else letter
                    end
                ),
                ''
            )
    end
{%- endmacro %}

{#- The text that hexadecimal digits of UTF-8 stand for. -#}
{% macro text_of_hex(digits) -%}
    {{ return(adapter.dispatch('text_of_hex', 'plateau')(digits)) }}
{%- endmacro %}

{% macro default__text_of_hex(digits) -%}
    decode(unhex('{{ digits }}'))
{%- endmacro %}

{% macro spark__text_of_hex(digits) -%}
    decode(unhex('{{ digits }}'), 'UTF-8')
{%- endmacro %}

{#- True where the text matches the regular expression that another column holds. -#}
{% macro matches_pattern(text_column, pattern_column) -%}
    {{ return(adapter.dispatch('matches_pattern', 'plateau')(text_column, pattern_column)) }}
{%- endmacro %}

{% macro default__matches_pattern(text_column, pattern_column) -%}
    regexp_like({{ text_column }}, {{ pattern_column }})
{%- endmacro %}

{#- The pattern of a study, for Java as in java_pattern. -#}
{% macro spark__matches_pattern(text_column, pattern_column) -%}
    regexp_like(
        {{ text_column }},
        '(?d)' || regexp_replace({{ pattern_column }}, '(?<!\\\\)[$]', '\\\\z')
    )
{%- endmacro %}

{% macro duckdb__matches_pattern(text_column, pattern_column) -%}
    regexp_matches({{ text_column }}, {{ pattern_column }})
{%- endmacro %}
