{#-
    How each SDTM domain answers the questions every record is asked. One entry per domain:
    the staging columns that hold its sequence, test, wording (the text terms translate),
    result, date; which date is needed; and the variables that make two records the same.
    A missing entry means that the domain has no such variable.

    required   variables without which a record names nothing
    wording    first given one is compared with the study's terms
    vocabulary 'closed': every wording has to be a term where terms cover the test;
               'open': most wordings are no term (a bone marrow biopsy is no transplant)
    repeats    true: a later result of the same test and day replaces an earlier one
    content    variables that have to agree, beside the key, for a duplicate
-#}
{% macro record_layout() -%}
    {%- set layout = [
        {
            'domain': 'DM', 'required': ['studyid', 'usubjid'],
            'content': [
                'subjid', 'dthdtc', 'dthfl', 'siteid', 'brthdtc', 'age_given', 'ageu', 'sex',
                'race', 'ethnic', 'armcd', 'arm', 'country',
            ],
        },
        {
            'domain': 'EX', 'seq': 'exseq', 'required': ['studyid', 'usubjid', 'exseq'],
            'wording': ['visit'], 'vocabulary': 'closed',
            'number': 'exdose', 'number_needed': true,
            'dtc': 'exstdtc', 'date_needed': true,
            'content': [
                'extrt', 'exdose_given', 'exdosu', 'exdosfrq', 'exroute', 'visitnum', 'visit',
                'epoch', 'exstdtc', 'exendtc',
            ],
        },
        {
            'domain': 'RS', 'seq': 'rsseq', 'required': ['studyid', 'usubjid', 'rsseq', 'rstestcd'],
            'testcd': 'rstestcd', 'category': 'rscat', 'evaluator': 'rseval',
            'wording': ['rsstresc', 'rsorres'], 'vocabulary': 'closed',
            'number': 'rsstresn', 'result_needed': true,
            'stat': 'rsstat', 'accepted_flag': 'rsacptfl', 'repeats': true,
            'dtc': 'rsdtc', 'date_needed': true,
            'content': [
                'rstestcd', 'rscat', 'rsorres', 'rsstresc', 'rsstresn_given', 'rsstat',
                'rseval', 'rsacptfl', 'visitnum', 'visit', 'rsdtc',
            ],
        },
        {
            'domain': 'QS', 'seq': 'qsseq', 'required': ['studyid', 'usubjid', 'qsseq', 'qstestcd'],
            'testcd': 'qstestcd', 'category': 'qscat',
            'wording': ['qsstresc', 'qsorres'], 'vocabulary': 'closed',
            'number': 'qsstresn', 'result_needed': true,
            'stat': 'qsstat', 'repeats': true,
            'dtc': 'qsdtc', 'date_needed': true,
            'content': [
                'qstestcd', 'qscat', 'qsorres', 'qsstresc', 'qsstresn_given', 'qsstat',
                'visitnum', 'visit', 'qsdtc',
            ],
        },
        {
            'domain': 'LB', 'seq': 'lbseq', 'required': ['studyid', 'usubjid', 'lbseq', 'lbtestcd'],
            'testcd': 'lbtestcd', 'category': 'lbcat', 'specimen': 'lbspec',
            'evaluator': 'lbnam', 'method': 'lbmethod',
            'wording': ['lbstresc', 'lborres'], 'vocabulary': 'closed',
            'number': 'lbstresn', 'unit': 'lbstresu', 'result_needed': true,
            'stat': 'lbstat', 'repeats': true,
            'dtc': 'lbdtc', 'date_needed': true,
            'content': [
                'lbtestcd', 'lbcat', 'lborres', 'lborresu', 'lbstresc', 'lbstresn_given',
                'lbstresu', 'lbstat', 'lbnam', 'lbspec', 'lbmethod', 'lbllod_given',
                'lblloq_given', 'visitnum', 'visit', 'lbdtc',
            ],
        },
        {
            'domain': 'GF', 'seq': 'gfseq', 'required': ['studyid', 'usubjid', 'gfseq', 'gftestcd'],
            'testcd': 'gftestcd', 'specimen': 'gfspec', 'method': 'gfmethod',
            'wording': ['gfstresc', 'gforres'], 'vocabulary': 'closed',
            'result_needed': true, 'stat': 'gfstat', 'repeats': true,
            'dtc': 'gfdtc', 'date_needed': true,
            'content': [
                'gftestcd', 'gforres', 'gfstresc', 'gfstat', 'gfspec', 'gfmethod',
                'visitnum', 'visit', 'gfdtc',
            ],
        },
        {
            'domain': 'PR', 'seq': 'prseq', 'required': ['studyid', 'usubjid', 'prseq', 'prtrt'],
            'category': 'prcat', 'wording': ['prtrt'], 'vocabulary': 'open',
            'dtc': 'prstdtc', 'date_needed': true,
            'content': [
                'prtrt', 'prdecod', 'prcat', 'prstdtc', 'prendtc', 'visitnum', 'visit',
            ],
        },
        {
            'domain': 'MH', 'seq': 'mhseq', 'required': ['studyid', 'usubjid', 'mhseq', 'mhterm'],
            'category': 'mhcat', 'wording': ['mhdecod', 'mhterm'], 'vocabulary': 'open',
            'dtc': 'mhstdtc',
            'content': [
                'mhgrpid', 'mhterm', 'mhdecod', 'mhcat', 'mhscat', 'mhstdtc', 'mhendtc',
            ],
        },
        {
            'domain': 'CM', 'seq': 'cmseq', 'required': ['studyid', 'usubjid', 'cmseq', 'cmtrt'],
            'category': 'cmcat', 'wording': ['cmdecod', 'cmtrt'], 'vocabulary': 'open',
            'dtc': 'cmstdtc',
            'content': [
                'cmgrpid', 'cmtrt', 'cmdecod', 'cmcat', 'cmscat', 'cmstdtc', 'cmendtc',
            ],
        },
        {
            'domain': 'SS', 'seq': 'ssseq', 'required': ['studyid', 'usubjid', 'ssseq', 'sstestcd'],
            'testcd': 'sstestcd',
            'wording': ['ssstresc', 'ssorres'], 'vocabulary': 'closed',
            'result_needed': true, 'stat': 'ssstat', 'repeats': true,
            'dtc': 'ssdtc', 'date_needed': true,
            'content': [
                'sstestcd', 'ssorres', 'ssstresc', 'ssstat', 'visitnum', 'visit', 'ssdtc',
            ],
        },
        {
            'domain': 'SV', 'required': ['studyid', 'usubjid'],
            'wording': ['svcntmod'], 'vocabulary': 'closed',
            'dtc': 'svstdtc', 'date_needed': true,
            'content': ['visitnum', 'visit', 'svcntmod', 'svstdtc', 'svendtc'],
        },
        {
            'domain': 'DS', 'seq': 'dsseq', 'required': ['studyid', 'usubjid', 'dsseq', 'dsdecod'],
            'category': 'dscat', 'wording': ['dsdecod'], 'vocabulary': 'open',
            'dtc': 'dsstdtc', 'date_needed': true,
            'content': ['dsterm', 'dsdecod', 'dscat', 'dsstdtc'],
        },
        {
            'domain': 'DD', 'seq': 'ddseq', 'required': ['studyid', 'usubjid', 'ddseq', 'ddtestcd'],
            'testcd': 'ddtestcd', 'wording': ['ddstresc'], 'vocabulary': 'closed',
            'repeats': true,
            'dtc': 'dddtc', 'date_needed': true,
            'content': ['ddtestcd', 'ddorres', 'ddstresc', 'dddtc'],
        },
        {
            'domain': 'SUPP', 'required': ['studyid', 'usubjid', 'rdomain', 'qnam'],
            'testcd': 'qnam', 'wording': ['qval'], 'vocabulary': 'closed',
            'result_needed': true,
            'content': ['rdomain', 'idvar', 'idvarval', 'qnam', 'qval', 'qorig', 'qeval'],
        },
    ] -%}
    {{ return(layout) }}
{%- endmacro %}

{#- One staging model in the common shape of int_staged_records. -#}
{% macro staged_records(domain) -%}
    {%- set date = domain.get('dtc', '')[:-1] -%}
    {%- set number = domain.get('number') -%}
    {%- set group = domain.domain | lower ~ 'grpid' -%}
    select
        src_domain,
        src_trial,
        src_file,
        src_row,
        '{{ domain.domain }}' as domain,
        studyid,
        usubjid,
        {{ domain.get('seq', 'cast(null as int)') }} as seq,
        {{ domain.get('testcd', 'cast(null as string)') }} as testcd,
        {{ domain.get('category', 'cast(null as string)') }} as category,
        {{ domain.get('specimen', 'cast(null as string)') }} as specimen,
        {{ domain.get('evaluator', 'cast(null as string)') }} as evaluator,
        {{ domain.get('method', 'cast(null as string)') }} as method,
        {{ domain.get('stat', 'cast(null as string)') }} as stat,
        {{ domain.get('accepted_flag', 'cast(null as string)') }} as accepted_flag,
        {{ group if group in domain.content else 'cast(null as string)' }} as group_id,
        {{ 'visitnum' if 'visitnum' in domain.content else 'cast(null as double)' }}
            as visitnum,
        {%- if domain.wording %}
        {{ wording('coalesce(' ~ domain.wording | join(', ') ~ ', null)') }} as wording,
        {%- else %}
        cast(null as string) as wording,
        {%- endif %}
        '{{ domain.get('wording', ['usubjid'])[0] | upper }}' as wording_variable,
        {{ number or 'cast(null as double)' }} as result_number,
        {{ number ~ '_given' if number else 'cast(null as string)' }} as number_given,
        '{{ (number or '') | upper }}' as number_variable,
        {{ wording(domain.unit) if domain.unit else 'cast(null as string)' }} as unit,
        '{{ domain.get('dtc', '') | upper }}' as date_variable,
        {{ domain.get('dtc', 'cast(null as string)') }} as dtc,
        {{ date or 'cast(null as date)' }} as adt,
        {{ date ~ '_last' if date else 'cast(null as date)' }} as adt_last,
        {{ date ~ 'f' if date else 'cast(null as string)' }} as adtf,
        case
            {%- for variable in domain.required %}
            when {{ variable }} is null then '{{ variable | upper }}'
            {%- endfor %}
        end as missing_variable,
        {{ 'cast(null as string)' if domain.domain == 'SUPP' else 'domain' }}
            as domain_given,
        {{ domain.get('date_needed', false) | lower }} as is_date_needed,
        {{ domain.get('number_needed', false) | lower }} as is_number_needed,
        {{ domain.get('result_needed', false) | lower }} as is_result_needed,
        {{ (domain.get('vocabulary') == 'closed') | lower }} as is_vocabulary_closed,
        {{ domain.get('repeats', false) | lower }} as is_repeatable,
        {{ content_hash(domain.content) }} as content
    from {{ ref('stg_sdtm__' ~ domain.domain | lower) }}
{%- endmacro %}

{#- A digest of several variables, in which a missing one differs from an empty one. -#}
{% macro content_hash(variables) -%}
    {%- set parts = [] -%}
    {%- for variable in variables -%}
        {%- do parts.append("coalesce('=' || cast(" ~ variable ~ " as string), '')") -%}
    {%- endfor -%}
    {{ dbt.hash(parts | join(" || '|' || ")) }}
{%- endmacro %}
