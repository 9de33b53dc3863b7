{#-
    The line of the file on which a record begins, null where the file has no lines:
    `{{ line_joins('dates') }}` after the from clause, `{{ line_of('dates') }}` as the column.
    Of most files only the first line is kept, and one record follows per line.
-#}
{% macro line_joins(records) -%}
    left join {{ ref('stg_sdtm__ingest_lines') }} as own_lines
        on
            {{ records }}.src_file = own_lines.src_file
            and {{ records }}.src_row = own_lines.src_row
    left join {{ ref('stg_sdtm__ingest_lines') }} as first_lines
        on
            {{ records }}.src_file = first_lines.src_file
            and first_lines.src_row = 1
{%- endmacro %}

{% macro line_of(records) -%}
    coalesce(own_lines.line, first_lines.line + {{ records }}.src_row - 1)
{%- endmacro %}
