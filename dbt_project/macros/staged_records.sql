{#- One staging model in the common shape of int_staged_records. -#}
{% macro staged_records(domain) -%}
    {%- set date = domain.get('dtc', '')[:-1] -%}
    {%- set number = domain.get('number') -%}
    {%- set text = 'coalesce(' ~ domain.text | join(', ') ~ ', null)' if domain.text -%}
    select
        src_domain,
        src_trial,
        src_file,
        src_row,
        {{ domain_of(domain) }} as domain,
        studyid,
        usubjid,
        {{ domain.get('seq', 'cast(null as int)') }} as seq,
        {{ domain.get('testcd', 'cast(null as string)') }} as testcd,
        {{ domain.get('category', 'cast(null as string)') }} as category,
        {{ domain.get('specimen', 'cast(null as string)') }} as specimen,
        {{ domain.get('evaluator', 'cast(null as string)') }} as evaluator,
        {{ domain.get('method', 'cast(null as string)') }} as method,
        {{ "coalesce(" ~ upper_case(domain.stat) ~ " = 'NOT DONE', false)" if domain.stat else false }}
            as is_not_done,
        {{ domain.get('accepted_flag', 'cast(null as string)') }} as accepted_flag,
        {{ domain.get('group', 'cast(null as string)') }} as group_id,
        {{ domain.get('visitnum', 'cast(null as double)') }} as visitnum,
        {{ text or 'cast(null as string)' }} as value_text,
        {{ text_variable(domain) if text else 'cast(null as string)' }} as value_variable,
        {{ first_wording(domain.text) if text else 'cast(null as string)' }} as wording,
        {{ variable_of(domain, domain.get('text', ['usubjid'])[0]) }} as wording_variable,
        {{ number or 'cast(null as double)' }} as result_number,
        {{ number ~ '_given' if number else 'cast(null as string)' }} as number_given,
        {{ variable_of(domain, number or '') }} as number_variable,
        {{ wording(domain.unit) if domain.unit else 'cast(null as string)' }} as unit,
        {{ variable_of(domain, domain.get('dtc', '')) }} as date_variable,
        {{ domain.get('dtc', 'cast(null as string)') }} as dtc,
        {{ date or 'cast(null as date)' }} as adt,
        {{ date ~ '_last' if date else 'cast(null as date)' }} as adt_last,
        {{ date ~ 'f' if date else 'cast(null as string)' }} as adtf,
        {{ date ~ '_time' if date else 'cast(null as string)' }} as atm,
        case
            {%- for variable in domain.required %}
            when {{ variable }} is null then {{ variable_of(domain, variable) }}
            {%- endfor %}
        end as missing_variable,
        {{ domain.get('domain_given', 'cast(null as string)') }} as domain_given,
        {{ domain.get('date_needed', false) | lower }} as is_date_needed,
        {{ domain.get('result_needed', false) | lower }} as is_result_needed,
        {{ (domain.get('vocabulary') == 'closed') | lower }} as is_vocabulary_closed,
        {{ domain.get('repeats', false) | lower }} as is_repeatable,
        src_content as content
    from {{ ref(domain.get('model', 'stg_sdtm__' ~ domain.domain | lower)) }}
{%- endmacro %}

{#- The name of the first variable with a value, and of the last where none has one. -#}
{% macro text_variable(domain) -%}
    {%- set variables = domain.text -%}
    {%- set last = "'" ~ variables[-1] | upper ~ "'" -%}
    {%- if domain.domain == 'OTHER' -%}
    case when stdtext is not null then stdvar else textvar end
    {%- elif variables | length == 1 -%}
    {{ last }}
    {%- else -%}
    case
        {%- for variable in variables[:-1] %}
        when {{ variable }} is not null then '{{ variable | upper }}'
        {%- endfor %}
        else {{ last }}
    end
    {%- endif -%}
{%- endmacro %}

{#- The domain of a record: of a further domain (OTHER) its file says which. -#}
{% macro domain_of(domain) -%}
    {{ 'src_domain' if domain.domain == 'OTHER' else "'" ~ domain.domain ~ "'" }}
{%- endmacro %}

{#- The name of a variable in the file: that of a text or date of a further domain is a column. -#}
{% macro variable_of(domain, name) -%}
    {%- if domain.domain == 'OTHER' and name in ('stdtext', 'dtc') -%}
        {{ 'stdvar' if name == 'stdtext' else 'datevar' }}
    {%- elif domain.domain == 'OTHER' and name not in ('studyid', 'usubjid') -%}
        src_domain || '{{ name | upper }}'
    {%- else -%}
        '{{ name | upper }}'
    {%- endif -%}
{%- endmacro %}
