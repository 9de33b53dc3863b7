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

{#- A day from its digits; '01' or what else stands for those that are not known. -#}
{% macro digits_or(dtc, pattern, unknown) -%}
    coalesce(nullif({{ extracted(dtc, pattern) }}, ''), '{{ unknown }}')
{%- endmacro %}

{% macro day_of(year, month, day) -%}
    {{ cast_or_null([year, month, day] | join(" || '-' || "), 'date') }}
{%- endmacro %}

{% macro next_day_if(day, condition) -%}
    {{ add_days(day, 'case when ' ~ condition ~ ' then 1 else 0 end') }}
{%- endmacro %}

{#- The earliest day of a date, or of the first part of an interval. -#}
{% macro earliest_day(dtc) -%}
    {%- set day = day_of(
        'substr(' ~ dtc ~ ', 1, 4)',
        digits_or(dtc, '^.{4}-([0-9]{2})', '01'),
        digits_or(dtc, '^.{4}-(?:[0-9]{2}|-)-([0-9]{2})', '01'),
    ) -%}
    case
        when {{ is_plain_day(dtc) }} then {{ cast_or_null('substr(' ~ dtc ~ ', 1, 10)', 'date') }}
        when {{ is_date_or_interval(dtc) }}
            then {{ next_day_if(day, matches(dtc, '^.{10}T24')) }}
    end
{%- endmacro %}

{#- The latest day of a date, or of the last part of an interval: of a text that is one. -#}
{% macro latest_day(dtc) -%}
    {%- set year = extracted(dtc, '(?:^|/)([0-9]{4})[^/]*$') -%}
    {%- set month = digits_or(dtc, '(?:^|/).{4}-([0-9]{2})[^/]*$', '12') -%}
    {%- set day_pattern = '(?:^|/).{4}-(?:[0-9]{2}|-)-([0-9]{2})[^/]*$' -%}
    {%- set day = day_of(year, month, extracted(dtc, day_pattern)) -%}
    case
        when {{ is_plain_day(dtc) }} then {{ cast_or_null('substr(' ~ dtc ~ ', 1, 10)', 'date') }}
        when {{ ends_before_its_time(dtc) }} then null
        when {{ matches(dtc, day_pattern) }}
            then {{ next_day_if(day, matches(dtc, 'T24[^/]*$')) }}
        else {{ last_day_of_month(day_of(year, month, "'01'")) }}
    end
{%- endmacro %}

{#- Whether an interval within one day ends at an earlier time than it starts. -#}
{% macro ends_before_its_time(dtc) -%}
    {%- set start = extracted(dtc, '^.{10}T([0-9:]+)/') -%}
    {%- set end = extracted(dtc, '/.{10}T([0-9:]+)$') -%}
    substr({{ dtc }}, 1, 10) = {{ extracted(dtc, '/(.{10})T[0-9:]+$') }}
    and length({{ start }}) = length({{ end }})
    and {{ start }} > {{ end }}
{%- endmacro %}

{#-
    The two days between which a --DTC variable lies, for date_columns to judge: a step of its
    own, so that an engine works them out once.
-#}
{% macro possible_days(dtc) -%}
    {%- set text = trimmed(dtc) -%}
    {{ earliest_day(text) }} as {{ dtc }}_earliest,
    {{ latest_day(text) }} as {{ dtc }}_latest
{%- endmacro %}

{#-
    What had to be imputed, in the words of ADaM's --DTF: D the day, M the month and the day,
    Y the year too; null for one day. It is the largest part in which the two days differ.
-#}
{% macro imputation_flag(earliest, latest) -%}
    case
        when {{ earliest }} >= {{ latest }} then null
        when extract(year from {{ earliest }}) < extract(year from {{ latest }}) then 'Y'
        when extract(month from {{ earliest }}) < extract(month from {{ latest }}) then 'M'
        when {{ earliest }} < {{ latest }} then 'D'
    end
{%- endmacro %}

{#-
    The time of a single day, HH:MM or HH:MM:SS as written; null where the hour, the minute or
    the day is not known.
-#}
{% macro time_of_day(dtc, earliest, latest) -%}
    case
        when
            {{ earliest }} = {{ latest }}
            and {{ matches(dtc, '^.{10}T[0-9]{2}:[0-9]{2}[^/]*$') }}
            then
                case substr({{ dtc }}, 12, 2) when '24' then '00' else substr({{ dtc }}, 12, 2) end
                || {{ extracted(dtc, '^.{13}(:[0-9]{2}(?::[0-9]{2})?)') }}
    end
{%- endmacro %}

{#-
    The columns of a --DTC variable after possible_days: the text as given, the first and the
    last day it can mean, the flag of imputation and the time of day.
-#}
{% macro date_columns(dtc) -%}
    {%- set name = dtc[:-1] -%}
    {%- set earliest, latest = dtc ~ '_earliest', dtc ~ '_latest' -%}
    {{ given(dtc) }} as {{ dtc }},
    case when {{ earliest }} <= {{ latest }} then {{ earliest }} end as {{ name }},
    case when {{ earliest }} <= {{ latest }} then {{ latest }} end as {{ name }}_last,
    {{ imputation_flag(earliest, latest) }} as {{ name }}f,
    {{ time_of_day(trimmed(dtc), earliest, latest) }} as {{ name }}_time
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

{#- Whether a day lies so far before the data cut-off that no patient was alive: 100 years. -#}
{% macro is_implausible(day, cutoff) -%}
    {{ day }} < {{ add_days(cutoff, -36525) }}
{%- endmacro %}

{#- Study day as in ADaM: the first dose is day 1 and there is no day 0. -#}
{% macro study_day(day, first_dose) -%}
    cast(
        {{ days_between(first_dose, day) }}
        + case when {{ day }} >= {{ first_dose }} then 1 else 0 end
        as int
    )
{%- endmacro %}

{#-
    Whether one time of day (HH:MM or HH:MM:SS) is later than another, as far as both are
    written; null where one of them is not known.
-#}
{% macro is_later_time(time, other) -%}
    substr({{ time }}, 1, least(length({{ time }}), length({{ other }})))
    > substr({{ other }}, 1, least(length({{ time }}), length({{ other }})))
{%- endmacro %}

{#- The latest day that an imputed day can mean, from its flag. -#}
{% macro latest_day_meant(day, flag) -%}
    case {{ flag }}
        when 'D' then {{ last_day_of_month(day) }}
        when 'M' then {{ last_day_of_year(day) }}
        when 'Y' then {{ last_day_of_year(day) }}
        else {{ day }}
    end
{%- endmacro %}
