{#-
    Whether two values stand in the relation an operator of the study files names. A missing
    value is unequal to every value and fails every other comparison: it is not known, so it
    cannot be what is asked for.
-#}
{% macro relation_holds(operator, known, asked) -%}
    coalesce(
        case {{ operator }}
            when '=' then {{ known }} = {{ asked }}
            when '!=' then coalesce({{ known }} != {{ asked }}, true)
            when '>' then {{ known }} > {{ asked }}
            when '>=' then {{ known }} >= {{ asked }}
            when '<' then {{ known }} < {{ asked }}
            when '<=' then {{ known }} <= {{ asked }}
        end,
        false
    )
{%- endmacro %}

{#- Whether a number lies between bounds; a bound that is not given is open. -#}
{% macro within_bounds(number, levels) -%}
    (
        {{ number }} is not null
        and ({{ levels }}.lower is not null or {{ levels }}.upper is not null)
        and (
            {{ levels }}.lower is null
            or {{ number }} > {{ levels }}.lower
            or ({{ number }} = {{ levels }}.lower and {{ levels }}.lower_inclusive)
        )
        and (
            {{ levels }}.upper is null
            or {{ number }} < {{ levels }}.upper
            or ({{ number }} = {{ levels }}.upper and {{ levels }}.upper_inclusive)
        )
    )
{%- endmacro %}
