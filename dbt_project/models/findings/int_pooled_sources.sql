{% set sources = ['CAT', 'SCAT', 'SPEC', 'METHOD', 'EVAL', 'EVALID'] %}
with conditions as (
    select * from {{ ref('stg_study__fact_conditions') }}
),

factors as (
    select * from {{ ref('stg_study__factors') }}
),

record_terms as (
    select * from {{ ref('int_record_terms') }}
),

records_left_out as (
    select * from {{ ref('int_records_left_out') }}
    where about = 'category'
),

-- the reader and the subcategory, where the file has them
further_labels as (
    select
        src_file,
        src_row,
        max(case when variable = src_domain || 'EVALID' then {{ wording('value') }} end)
            as evalid,
        max(case when variable = src_domain || 'SCAT' then {{ wording('value') }} end)
            as scat
    from {{ ref('stg_sdtm__values') }}
    where variable in (src_domain || 'EVALID', src_domain || 'SCAT')
    group by src_file, src_row
),

records_of_categories as (
    select distinct
        case category when 'mrd' then 'mrd' else 'response' end as counted_as,
        src_file,
        src_row
    from record_terms
    where
        (domain = 'RS' and category in ('response', 'relapse'))
        or (domain = 'LB' and category = 'mrd')
),

counted_records as (
    select
        'category' as about,
        records.counted_as,
        records.src_file,
        records.src_row
    from records_of_categories as records
    left join records_left_out
        on
            records.counted_as = records_left_out.counted_as
            and records.src_file = records_left_out.src_file
            and records.src_row = records_left_out.src_row
    where records_left_out.src_row is null
    union all
    select
        'fact' as about,
        fact as counted_as,
        src_file,
        src_row
    from {{ ref('int_fact_records') }}
    where rule is null
    union all
    select
        'factor' as about,
        factor as counted_as,
        src_file,
        src_row
    from {{ ref('int_baseline_observations') }}
    where derivation = 'last_value'
),

-- what a laboratory is called (the evaluator of LB) is no reading of its own
sources_of_records as (
    select
        counted_records.about,
        counted_records.counted_as,
        records.src_trial,
        records.src_file,
        records.src_row,
        records.usubjid,
        records.domain,
        records.testcd,
        records.adt,
        {{ wording('records.category') }} as cat,
        coalesce(further_labels.scat, '') as scat,
        {{ wording('records.specimen') }} as spec,
        coalesce({{ wording('records.method') }}, '') as method,
        case when records.domain <> 'LB' then {{ wording('records.evaluator') }} end
            as eval,
        further_labels.evalid
    from counted_records
    inner join {{ accepted('int_staged_records') }} as records
        on
            counted_records.src_file = records.src_file
            and counted_records.src_row = records.src_row
    left join further_labels
        on
            records.src_file = further_labels.src_file
            and records.src_row = further_labels.src_row
    -- an event or intervention is named by its term, whatever its category
    where records.testcd is not null and records.domain <> 'SUPP'
),

-- a scan that follows another by another method goes on with it, but two of one day are
-- two readings, as of PET and of CT
days_of_tests as (
    select
        about,
        counted_as,
        usubjid,
        domain,
        testcd,
        case when min(method) < max(method) then 1 else 0 end as has_methods,
        case when min(scat) < max(scat) then 1 else 0 end as has_subcategories
    from sources_of_records
    group by about, counted_as, usubjid, domain, testcd, adt
    having min(method) < max(method) or min(scat) < max(scat)
),

tests_with_several as (
    select
        about,
        counted_as,
        usubjid,
        domain,
        testcd,
        max(has_methods) as has_methods,
        max(has_subcategories) as has_subcategories
    from days_of_tests
    group by about, counted_as, usubjid, domain, testcd
),

sources_compared as (
    select
        sources.about,
        sources.counted_as,
        sources.src_trial,
        sources.src_file,
        sources.src_row,
        sources.usubjid,
        sources.domain,
        sources.cat,
        sources.spec,
        sources.eval,
        sources.evalid,
        case when tests.has_subcategories = 1 then sources.scat end as scat,
        case
            when tests.has_methods = 1 or sources.domain <> 'RS' then sources.method
        end as method
    from sources_of_records as sources
    left join tests_with_several as tests
        on
            sources.about = tests.about
            and sources.counted_as = tests.counted_as
            and sources.usubjid = tests.usubjid
            and sources.domain = tests.domain
            and sources.testcd = tests.testcd
),

source_variables as (
    {% for source in sources %}
    select
        about,
        counted_as,
        src_trial,
        src_file,
        src_row,
        usubjid,
        '{{ source }}' as source,
        domain || '{{ source }}' as variable,
        coalesce({{ source | lower }}, '') as value
    from sources_compared
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

accepted_readings as (
    select
        about,
        fact as counted_as,
        trial_id
    from conditions
    where kind = 'variable' and substr(name, 3) = 'ACPTFL'
),

-- the sources that the study has decided on; the accepted reading decides on the reader
decisions as (
    select
        about,
        fact as counted_as,
        trial_id,
        substr(name, 3) as source
    from conditions
    where kind = 'variable'
    {% for source in ['EVAL', 'EVALID'] %}
    union distinct
    select
        *,
        '{{ source }}' as source
    from accepted_readings
    {% endfor %}
    {% for column, source in [
        ('category', 'CAT'), ('specimen', 'SPEC'), ('evaluator', 'EVAL')
    ] %}
    union distinct
    select
        'factor' as about,
        factor as counted_as,
        cast(null as string) as trial_id,
        '{{ source }}' as source
    from factors
    where {{ column }} is not null
    {% endfor %}
),

-- what is told by a response is told by the readings that count as responses
facts_of_responses as (
    select distinct fact
    from conditions
    where
        about = 'fact'
        and kind = 'term'
        and name in ('response', 'relapse')
),

all_decisions as (
    select * from decisions
    union distinct
    select
        'fact' as about,
        facts_of_responses.fact as counted_as,
        decisions.trial_id,
        decisions.source
    from facts_of_responses
    inner join decisions
        on decisions.about = 'category' and decisions.counted_as = 'response'
),

undecided_sources as (
    select source_variables.*
    from source_variables
    left join all_decisions
        on
            source_variables.about = all_decisions.about
            and source_variables.counted_as = all_decisions.counted_as
            and source_variables.source = all_decisions.source
            and (
                all_decisions.trial_id is null
                or source_variables.src_trial = all_decisions.trial_id
            )
    where all_decisions.source is null
),

-- few subjects have several sources of one thing, and only their records are ordered
several_sources as (
    select
        about,
        counted_as,
        usubjid,
        variable,
        min(value) as first_value
    from undecided_sources
    group by
        about,
        counted_as,
        usubjid,
        variable
    having min(value) < max(value)
),

-- the first record that differs from the subject's first source by name
first_records as (
    select
        undecided_sources.src_trial,
        undecided_sources.src_file,
        undecided_sources.src_row,
        several_sources.usubjid,
        several_sources.about,
        several_sources.counted_as,
        several_sources.variable,
        coalesce(nullif(several_sources.first_value, ''), 'nothing')
        || ' | '
        || undecided_sources.value as value
    from several_sources
    inner join undecided_sources
        on
            several_sources.about = undecided_sources.about
            and several_sources.counted_as = undecided_sources.counted_as
            and several_sources.usubjid = undecided_sources.usubjid
            and several_sources.variable = undecided_sources.variable
            and several_sources.first_value < undecided_sources.value
    qualify
        row_number() over (
            partition by
                several_sources.about,
                several_sources.counted_as,
                several_sources.usubjid,
                several_sources.variable
            order by undecided_sources.src_file, undecided_sources.src_row
        ) = 1
)

select * from first_records
