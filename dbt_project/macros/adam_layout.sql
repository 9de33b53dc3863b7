{#-
    What staged_records needs to know of the ADaM datasets. Their times and dates are judged by
    rules of their own (int_broken_rules_of_adam_times), so that only the keys stand here.
-#}
{% macro adam_layout() -%}
    {{ return([
        {
            'domain': 'ADSL',
            'model': 'stg_adam__adsl',
            'required': ['studyid', 'usubjid'],
        },
        {
            'domain': 'ADTTE',
            'model': 'stg_adam__adtte',
            'required': ['studyid', 'usubjid', 'paramcd'],
        },
        {
            'domain': 'ADTTEINT',
            'model': 'stg_adam__adtteint',
            'required': ['studyid', 'usubjid', 'paramcd'],
        },
    ]) }}
{%- endmacro %}

{#-
    A day of an ADaM dataset: ISO 8601, or the number of days since 1 January 1960 that SAS
    keeps. Null: not given, or neither.
-#}
{% macro adam_day(text_column) -%}
    case
        when {{ is_plain_day(given(text_column)) }}
            then {{ cast_or_null('substr(' ~ given(text_column) ~ ', 1, 10)', 'date') }}
        when {{ matches(given(text_column), '^[0-9]{1,5}([.]0*)?$') }}
            then
                {{ add_days("cast('1960-01-01' as date)", whole_number(text_column)) }}
    end
{%- endmacro %}
