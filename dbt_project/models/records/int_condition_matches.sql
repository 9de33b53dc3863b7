with conditions as (
    select * from {{ ref('stg_study__fact_conditions') }}
),

record_values as (
    select * from {{ ref('stg_sdtm__values') }}
),

qualifiers as (
    select * from {{ ref('stg_sdtm__supp') }}
),

qualified_records as (
    select * from {{ ref('int_qualified_records') }}
),

values_of_records as (
    select
        src_file,
        src_row,
        src_domain as domain,
        variable,
        {{ wording('value') }} as wording,
        value_number
    from record_values
    union all
    select
        qualified_records.record_file as src_file,
        qualified_records.record_row as src_row,
        {{ upper_case('qualifiers.rdomain') }} as domain,
        {{ upper_case('qualifiers.qnam') }} as variable,
        {{ wording('qualifiers.qval') }} as wording,
        {{ number('qualifiers.qval') }} as value_number
    from qualifiers
    inner join qualified_records
        on
            qualifiers.src_file = qualified_records.src_file
            and qualifiers.src_row = qualified_records.src_row
),

matches as (
    select distinct
        conditions.fact,
        conditions.condition_order,
        values_of_records.src_file,
        values_of_records.src_row
    from conditions
    inner join values_of_records
        on
            conditions.domain = values_of_records.domain
            and conditions.name = values_of_records.variable
    where
        conditions.kind = 'variable'
        and case conditions.comparison
            when 'given' then true
            when 'equals' then values_of_records.wording = conditions.value
            when 'matches'
                then
                    {{ matches_pattern(
                        'values_of_records.wording', 'conditions.value'
                    ) }}
            else
                {{ relation_holds(
                    'conditions.comparison',
                    'values_of_records.value_number',
                    'conditions.value_number',
                ) }}
        end
)

select * from matches
