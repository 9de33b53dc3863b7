{% set keys = {
    'subject': none, 'sequence': 'seq', 'group': 'group_id', 'visit': 'visitnum'
} %}
with qualifiers as (
    select
        src_trial,
        src_file,
        src_row,
        usubjid,
        {{ upper_case('rdomain') }} as rdomain,
        qnam,
        {{ whole_number('idvarval') }} as seq,
        {{ number('idvarval') }} as visitnum,
        idvarval as group_id,
        case
            when idvar is null and {{ upper_case('rdomain') }} = 'DM' then 'subject'
            when {{ upper_case('idvar') }} = {{ upper_case('rdomain') }} || 'SEQ'
                then 'sequence'
            when {{ upper_case('idvar') }} = {{ upper_case('rdomain') }} || 'GRPID'
                then 'group'
            when {{ upper_case('idvar') }} = 'VISITNUM' then 'visit'
        end as named_by
    from {{ ref('stg_sdtm__supp') }}
),

-- the records are read apart for each key: a CTE used twice is held in memory whole
{% for key, column in keys.items() %}
by_{{ key }} as (
    select
        qualifiers.src_file,
        qualifiers.src_row,
        qualifiers.qnam,
        records.src_file as record_file,
        records.src_row as record_row
    from qualifiers
    inner join {{ ref('int_staged_records') }} as records
        on
            qualifiers.src_trial = records.src_trial
            and qualifiers.usubjid = records.usubjid
            and qualifiers.rdomain = records.domain
            {% if column %}and qualifiers.{{ column }} = records.{{ column }}{% endif %}
    where qualifiers.named_by = '{{ key }}'
),

{% endfor %}
qualified_records as (
    select * from by_subject
    union all
    select * from by_sequence
    union all
    select * from by_group
    union all
    select * from by_visit
)

select * from qualified_records
