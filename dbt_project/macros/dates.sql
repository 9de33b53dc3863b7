{#-
    ISO 8601 dates of SDTM (--DTC), complete or partial, as SDTMIG 4.4.2 has them:

    2012-05-17, 2012-05-17T10:30   a day, whatever the time
    2012-05-17T24:00               the midnight that ends the day: 00:00 of the next one
    2012-05, 2012-05--T10:30       the day is not known
    2012, 2012----T10:30           nor is the month
    2012---17                      the month alone is not known
    2012-05-17/2012-06             an interval of uncertainty, from one of these to another

    A time may leave its hour or minute open (T-:15, T13:-:17). A time zone moves no day: the
    one written down counts. Anything else is not readable and gives null, a 30 February, an
    hour 25, an interval that ends before it starts and a year outside 1900-2099 (which
    stands for "unknown") included.
-#}

{#- The forms, as parts of a regular expression. -#}
{% macro year_pattern() -%}
    (19|20)[0-9]{2}
{%- endmacro %}

{% macro hour_pattern() -%}
    ([01][0-9]|2[0-3])
{%- endmacro %}

{% macro time_pattern() -%}
    {%- set hour, minute = hour_pattern(), '[0-5][0-9]' -%}
    {%- set seconds = minute ~ '([.,][0-9]+)?' -%}
    ({{ hour }}|({{ hour }}|-):({{ minute }}|({{ minute }}|-):{{ seconds }}))
{%- endmacro %}

{% macro date_pattern() -%}
    {%- set day = '(0[1-9]|[12][0-9]|3[01])' -%}
    {%- set date = '(-[0-9]{2}(-' ~ day ~ ')?|---' ~ day ~ ')?' -%}
    {%- set date_before_time = '-([0-9]{2}|-)-(' ~ day ~ '|-)' -%}
    {%- set midnight = '-[0-9]{2}-' ~ day ~ 'T24:00(:00([.,]0+)?)?' -%}
    {%- set zone = '(Z|[+-](0[0-9]|1[0-4])(:[0-5][0-9])?)?' -%}
    {{ year_pattern() }}({{ date -}}
    |({{ date_before_time }}T{{ time_pattern() }}|{{ midnight }}){{ zone }})
{%- endmacro %}

{#- A day as nearly all dates have it, which is told at a glance. -#}
{% macro is_plain_day(dtc) -%}
    {%- set time = 'T' ~ hour_pattern() ~ '(:[0-5][0-9]){0,2}' -%}
    {{ matches(dtc, '^' ~ year_pattern() ~ '-[0-9]{2}-[0-9]{2}(' ~ time ~ ')?$') }}
{%- endmacro %}

{% macro is_date_or_interval(dtc) -%}
    {{ matches(dtc, '^' ~ date_pattern() ~ '(/' ~ date_pattern() ~ ')?$') }}
{%- endmacro %}

{#- The first and the last part of an interval; the text itself where it is none. -#}
{% macro interval_start(dtc) -%}
    substr({{ dtc }}, 1, position('/' in {{ dtc }} || '/') - 1)
{%- endmacro %}

{% macro interval_end(dtc) -%}
    substr({{ dtc }}, position('/' in {{ dtc }}) + 1)
{%- endmacro %}

{#- What a part of an interval says of the day. -#}
{% macro says_day(part) -%}
    {{ matches(part, '^.{5}[0-9]{2}-[0-9]{2}') }}
{%- endmacro %}

{% macro says_month(part) -%}
    {{ matches(part, '^.{5}[0-9]{2}') }}
{%- endmacro %}

{% macro says_day_alone(part) -%}
    {{ matches(part, '^.{4}---[0-9]{2}') }}
{%- endmacro %}

{% macro day_written(part) -%}
    {{ cast_or_null('substr(' ~ part ~ ', 1, 10)', 'date') }}
{%- endmacro %}

{#- The day itself, or the next one where the time is the midnight at its end. -#}
{% macro day_with_midnight(part) -%}
    {{ add_days(day_written(part), 'case substr(' ~ part ~ ", 11, 3) when 'T24' then 1 else 0 end") }}
{%- endmacro %}

{% macro first_of_month(part) -%}
    {{ cast_or_null('substr(' ~ part ~ ", 1, 7) || '-01'", 'date') }}
{%- endmacro %}

{#- The day in another month of the year. -#}
{% macro day_of_year(part, month, day) -%}
    {{ cast_or_null('substr(' ~ part ~ ", 1, 4) || '-" ~ month ~ "-' || " ~ day, 'date') }}
{%- endmacro %}

{#- The earliest day that a part of an interval can mean. -#}
{% macro earliest_day(part) -%}
    case
        when {{ says_day(part) }} then {{ day_with_midnight(part) }}
        when {{ says_month(part) }} then {{ first_of_month(part) }}
        when {{ says_day_alone(part) }}
            then {{ day_of_year(part, '01', 'substr(' ~ part ~ ', 8, 2)') }}
        else {{ day_of_year(part, '01', "'01'") }}
    end
{%- endmacro %}

{#- The latest day that a part of an interval can mean. -#}
{% macro latest_day(part) -%}
    case
        when {{ says_day(part) }} then {{ day_with_midnight(part) }}
        when {{ says_month(part) }} then {{ last_day_of_month(first_of_month(part)) }}
        when {{ says_day_alone(part) }}
            then {{ day_of_year(part, '12', 'substr(' ~ part ~ ', 8, 2)') }}
        else {{ day_of_year(part, '12', "'31'") }}
    end
{%- endmacro %}

{#- Whether an interval within a day ends at an earlier time than it starts. -#}
{% macro ends_before_its_time(dtc) -%}
    {%- set start, end = interval_start(dtc), interval_end(dtc) -%}
    {{ matches(dtc, '^.{10}T[0-9:]+/.{10}T[0-9:]+$') }}
    and length({{ start }}) = length({{ end }})
    and {{ start }} > {{ end }}
{%- endmacro %}

{#- The earliest day the text can mean. -#}
{% macro first_possible_day(dtc) -%}
    {%- set start, end = interval_start(dtc), interval_end(dtc) -%}
    case
        when {{ is_plain_day(dtc) }} then {{ day_written(dtc) }}
        when not {{ is_date_or_interval(dtc) }} then null
        when {{ ends_before_its_time(dtc) }} then null
        when {{ earliest_day(start) }} <= {{ latest_day(end) }} then {{ earliest_day(start) }}
    end
{%- endmacro %}

{#- The latest day the text can mean, where it can mean a first one. -#}
{% macro last_possible_day(dtc, first_day) -%}
    case
        when {{ is_plain_day(dtc) }} then {{ day_written(dtc) }}
        when {{ first_day }} is not null then {{ latest_day(interval_end(dtc)) }}
    end
{%- endmacro %}

{#-
    What had to be imputed, in the words of ADaM's --DTF: D the day, M the month and the day,
    Y the year too; null for one day. It is the largest part in which the two days differ.
-#}
{% macro imputation_flag(dtc, first_day, last_day) -%}
    case
        when {{ is_plain_day(dtc) }} then null
        when extract(year from {{ first_day }}) < extract(year from {{ last_day }}) then 'Y'
        when extract(month from {{ first_day }}) < extract(month from {{ last_day }}) then 'M'
        when {{ first_day }} < {{ last_day }} then 'D'
    end
{%- endmacro %}

{#-
    The time of a single day, HH:MM or HH:MM:SS as written; null where the hour, the minute or
    the day is not known.
-#}
{% macro time_of_day(dtc, first_day) -%}
    case
        when not {{ matches(dtc, '^.{10}T[0-9]{2}:[0-9]{2}[^/]*$') }} then null
        when {{ first_day }} is null then null
        else
            case substr({{ dtc }}, 12, 2) when '24' then '00' else substr({{ dtc }}, 12, 2) end
            || substr({{ dtc }}, 14, 3)
            || case substr({{ dtc }}, 17, 1) when ':' then substr({{ dtc }}, 17, 3) else '' end
    end
{%- endmacro %}

{#-
    The columns of a --DTC variable: the text as given, the first and the last day it can mean,
    the flag of imputation and the time of day. A column is said by the ones before it.
-#}
{% macro date_columns(dtc) -%}
    {%- set first_day = dtc[:-1] -%}
    {%- set last_day = first_day ~ '_last' -%}
    {%- set text = 'trim(' ~ dtc ~ ')' -%}
    {{ given(dtc) }} as {{ dtc }},
    {{ first_possible_day(text) }} as {{ first_day }},
    {{ last_possible_day(text, first_day) }} as {{ last_day }},
    {{ imputation_flag(text, first_day, last_day) }} as {{ first_day }}f,
    {{ time_of_day(text, first_day) }} as {{ first_day }}_time
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
