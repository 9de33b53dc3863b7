{% set window_cycles = var('remission_window_cycles') %}
with rs as (
    select * from {{ accepted('stg_sdtm__rs') }}
),

record_terms as (
    select * from {{ ref('int_record_terms') }}
),

first_doses as (
    select distinct
        usubjid,
        trtsdt
    from {{ ref('int_doses') }}
),

cycles as (
    select * from {{ ref('int_treatment_cycles') }}
),

records_left_out as (
    select * from {{ ref('int_records_left_out') }}
    where about = 'category' and counted_as = 'response'
),

response_terms as (
    select
        record_terms.src_file,
        record_terms.src_row,
        max(case when record_terms.category = 'response' then record_terms.value end)
            as response,
        max(case when record_terms.category = 'relapse' then record_terms.value end)
            as relapse_site
    from record_terms
    left join records_left_out
        on
            record_terms.src_file = records_left_out.src_file
            and record_terms.src_row = records_left_out.src_row
    where
        record_terms.domain = 'RS'
        and record_terms.category in ('response', 'relapse')
        and records_left_out.src_row is null
    group by
        record_terms.src_file,
        record_terms.src_row
),

relapse_sites as (
    select
        src_file,
        src_row,
        value as relapse_site
    from {{ ref('int_qualifier_terms') }}
    where category = 'relapse'
),

assessments as (
    select
        rs.usubjid,
        rs.rsseq,
        first_doses.trtsdt,
        {{ not_before('rs.rsdt', 'rs.rsdt_last', 'first_doses.trtsdt') }} as adt,
        rs.rsdt_last as adt_last,
        rs.rsdtf as adtf,
        response_terms.response,
        case
            when response_terms.relapse_site = 'unspecified'
                then coalesce(relapse_sites.relapse_site, 'unspecified')
            else response_terms.relapse_site
        end as relapse_site,
        rs.rseval as evaluator,
        coalesce(rs.rsdt_last > first_doses.trtsdt, false) as is_after_first_dose
    from rs
    inner join response_terms
        on
            rs.src_file = response_terms.src_file
            and rs.src_row = response_terms.src_row
    inner join first_doses
        on rs.usubjid = first_doses.usubjid
    left join relapse_sites
        on
            rs.src_file = relapse_sites.src_file
            and rs.src_row = relapse_sites.src_row
),

responses as (
    select
        assessments.usubjid,
        assessments.rsseq,
        assessments.trtsdt,
        assessments.adt,
        assessments.adt_last,
        assessments.adtf,
        cycles.cycle,
        assessments.response,
        case assessments.response
            {% for response in var('response_order') %}
            when {{ quoted_text(response) }} then {{ loop.index }}
            {% endfor %}
        end as response_rank,
        coalesce(
            assessments.response in ({{ quoted_items(var('remission_terms')) }}),
            false
        ) as is_remission,
        assessments.relapse_site,
        assessments.evaluator,
        assessments.is_after_first_dose,
        {% if window_cycles is none or window_cycles == "" %}
        assessments.is_after_first_dose as in_window
        {% else %}
        assessments.is_after_first_dose
        and coalesce(cycles.cycle <= {{ window_cycles }}, false) as in_window
        {% endif %}
    from assessments
    left join cycles
        on
            assessments.usubjid = cycles.usubjid
            and assessments.adt between cycles.cycle_start and cycles.cycle_end
)

select * from responses
