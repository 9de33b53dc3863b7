{#- What DuckDB is told to make a table or a view with its comments, in one call and one
    transaction. A release is built in a file of its own, so nothing is put
    aside first, and no column is asked for again: a comment on a column that is not there
    fails. Hooks, grants and indexes, which this project does not use, are not applied. -#}
{% materialization table, adapter='duckdb' %}
    {{ return(written_whole(this.incorporate(type='table'))) }}
{% endmaterialization %}

{% materialization view, adapter='duckdb' %}
    {{ return(written_whole(this.incorporate(type='view'))) }}
{% endmaterialization %}

{%- macro written_whole(relation) -%}
    {%- set there = load_cached_relation(relation) -%}
    {%- if there is not none -%}
        {%- do adapter.drop_relation(there) -%}
    {%- endif -%}
    {%- call statement('main') -%}
        begin;
        {% if relation.is_view -%}
            {{ get_create_view_as_sql(relation, sql) }}
        {%- else -%}
            {{ create_table_as(false, relation, compiled_code) }}
        {%- endif -%}
        {{ comments_on(relation) }}
        commit;
    {%- endcall -%}
    {{ return({'relations': [relation]}) }}
{%- endmacro -%}

{#- The descriptions of a model and of its columns, as `persist_docs` asks. -#}
{%- macro comments_on(relation) -%}
    {%- set docs = config.get('persist_docs', {}) -%}
    {%- if docs.get('relation') and model.description -%}
        comment on {{ relation.type }} {{ relation }}
        is {{ duckdb_escape_comment(model.description) }};
    {%- endif -%}
    {%- if docs.get('columns') -%}
        {%- for name, column in model.columns.items() if column.description %}
            comment on column {{ relation }}.{{ name }}
            is {{ duckdb_escape_comment(column.description) }};
        {%- endfor -%}
    {%- endif -%}
{%- endmacro -%}
