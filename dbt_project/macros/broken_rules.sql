{#-
    Of the rules that a record (or a value of it) breaks, the one it is turned away by: the
    first in the order of the catalogue. `model` has the shape of int_broken_rules; `key` are
    the columns that name the record or value.
-#}
{% macro first_broken_rules(model, key) -%}
    (
        select broken_rules.*
        from {{ model }} as broken_rules
        inner join {{ ref('stg_study__record_rules') }} as rules
            on broken_rules.rule = rules.rule
        qualify
            row_number() over (
                partition by
                {%- for column in key %}
                    broken_rules.{{ column }}{{ ',' if not loop.last }}
                {%- endfor %}
                order by rules.rule_order
            ) = 1
    )
{%- endmacro %}
