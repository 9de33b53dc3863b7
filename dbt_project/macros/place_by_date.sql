{#-
    The place of a row among those of its keys, by date: 1 is the one date of a fact. The
    earliest day comes first, or with `latest` the last one; of one day a complete date stands
    before a partial one, and `ties` make the order total. Reads the columns adt and adtf:

        qualify {{ place_by_date('usubjid, fact') }} = 1
-#}
{% macro place_by_date(keys, latest=false, ties=['srcdom', 'srcvar', 'srcseq']) -%}
    row_number() over (
        partition by {{ keys }}
        order by
            adt {{ 'desc' if latest else 'asc' }} nulls last,
            case when adtf is null then 0 else 1 end asc
            {%- for tie in ties %},
            {{ tie }} asc nulls last
            {%- endfor %}
    )
{%- endmacro %}
