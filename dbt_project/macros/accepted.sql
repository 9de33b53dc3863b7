{#-
    The accepted records of a staging model: `select * from {{ accepted('stg_sdtm__rs') }}`.
    Everything after staging reads records through this and nothing else drops one.
-#}
{% macro accepted(model) -%}
    (
        select staged.*
        from {{ ref(model) }} as staged
        inner join {{ ref('int_record_verdicts') }} as verdicts
            on
                staged.src_file = verdicts.src_file
                and staged.src_row = verdicts.src_row
        where verdicts.is_accepted
    )
{%- endmacro %}
