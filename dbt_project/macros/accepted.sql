{#-
    The accepted records of a model: `select * from {{ accepted('stg_sdtm__rs') }}`. Everything
    after staging reads records through this and nothing else drops one. Few records are
    rejected, so an engine looks for those and holds none of the others in memory.
-#}
{% macro accepted(model) -%}
    (
        select records.*
        from {{ ref(model) }} as records
        anti join (
            select
                verdicts.src_file,
                verdicts.src_row
            from {{ ref('int_record_verdicts') }} as verdicts
            where not verdicts.is_accepted
        ) as rejected
            on
                records.src_file = rejected.src_file
                and records.src_row = rejected.src_row
    )
{%- endmacro %}
