with facts as (
    select * from {{ ref('stg_study__facts') }}
),

conditions as (
    select distinct
        trial_id,
        fact,
        condition_order,
        kind,
        is_negated
    from {{ ref('stg_study__fact_conditions') }}
    where kind in ('variable', 'term')
),

term_conditions as (
    select * from {{ ref('stg_study__fact_conditions') }}
    where kind = 'term'
),

record_terms as (
    select
        src_file,
        src_row,
        category,
        value
    from {{ ref('int_record_terms') }}
    union all
    select
        src_file,
        src_row,
        category,
        value
    from {{ ref('int_qualifier_terms') }}
),

record_values as (
    select * from {{ ref('stg_sdtm__values') }}
),

subject_dates as (
    select * from {{ ref('int_subject_dates') }}
),

-- a response of an evaluator who does not count is none; a relapse is a response, too
records_left_out as (
    select
        src_file,
        src_row,
        counted_as as term_category
    from {{ ref('int_records_left_out') }}
    where about = 'category'
    union all
    select
        src_file,
        src_row,
        'relapse' as term_category
    from {{ ref('int_records_left_out') }}
    where about = 'category' and counted_as = 'response'
),

matches as (
    select * from {{ ref('int_condition_matches') }}
    union distinct
    select distinct
        term_conditions.fact,
        term_conditions.condition_order,
        record_terms.src_file,
        record_terms.src_row
    from term_conditions
    inner join record_terms
        on
            term_conditions.name = record_terms.category
            and (
                term_conditions.comparison = 'given'
                or term_conditions.value = record_terms.value
            )
    left join records_left_out
        on
            record_terms.src_file = records_left_out.src_file
            and record_terms.src_row = records_left_out.src_row
            and record_terms.category = records_left_out.term_category
    where records_left_out.src_row is null
),

records_of_domains as (
    select
        facts.fact,
        facts.level,
        facts.take,
        facts.domain,
        facts.date_variable,
        facts.value_category,
        records.usubjid,
        records.src_trial,
        records.src_file,
        records.src_row,
        records.seq,
        records.date_variable as own_date_variable,
        records.dtc,
        records.adt,
        records.adt_last,
        records.adtf
    from facts
    inner join {{ accepted('int_staged_records') }} as records
        on facts.domain = records.domain
),

records_that_fail as (
    select distinct
        records.fact,
        records.src_file,
        records.src_row
    from records_of_domains as records
    inner join conditions
        on
            records.fact = conditions.fact
            and (
                conditions.trial_id is null
                or records.src_trial = conditions.trial_id
            )
    left join matches
        on
            conditions.fact = matches.fact
            and conditions.condition_order = matches.condition_order
            and records.src_file = matches.src_file
            and records.src_row = matches.src_row
    where (matches.src_row is not null) = conditions.is_negated
),

values_of_facts as (
    select
        src_file,
        src_row,
        category,
        min(value) as value
    from record_terms
    group by
        src_file,
        src_row,
        category
),

other_dates as (
    select
        src_file,
        src_row,
        variable,
        value as dtc,
        valuedt as adt,
        valuedt_last as adt_last,
        valuedtf as adtf
    from record_values
),

records_that_count as (
    select
        records.fact,
        records.level,
        records.take,
        records.usubjid,
        records.src_trial,
        records.src_file,
        records.src_row,
        values_of_facts.value as fact_value,
        records.domain as srcdom,
        records.date_variable as srcvar,
        records.seq as srcseq,
        case
            when records.date_variable = records.own_date_variable then records.dtc
            else other_dates.dtc
        end as dtc,
        case
            when records.date_variable = records.own_date_variable then records.adt
            else other_dates.adt
        end as adt,
        case
            when records.date_variable = records.own_date_variable
                then records.adt_last
            else other_dates.adt_last
        end as adt_last,
        case
            when records.date_variable = records.own_date_variable then records.adtf
            else other_dates.adtf
        end as adtf
    from records_of_domains as records
    left join records_that_fail
        on
            records.fact = records_that_fail.fact
            and records.src_file = records_that_fail.src_file
            and records.src_row = records_that_fail.src_row
    left join values_of_facts
        on
            records.src_file = values_of_facts.src_file
            and records.src_row = values_of_facts.src_row
            and records.value_category = values_of_facts.category
    left join other_dates
        on
            records.src_file = other_dates.src_file
            and records.src_row = other_dates.src_row
            and records.date_variable = other_dates.variable
    where records_that_fail.fact is null
),

-- a record's own date was judged with the record, another date of it is judged here; a
-- partial date ends with the death and the data cut-off
fact_records as (
    select
        records.fact,
        records.level,
        records.take,
        records.usubjid,
        records.src_trial,
        records.src_file,
        records.src_row,
        records.fact_value,
        records.srcdom,
        records.srcvar,
        records.srcseq,
        records.dtc,
        records.adt,
        least(records.adt_last, subject_dates.dthdt, subject_dates.cutoff_date)
            as adt_last,
        records.adtf,
        case
            when records.dtc is null then 'missing_date'
            when records.adt is null then 'unreadable_date'
            when {{ is_implausible('records.adt', 'subject_dates.cutoff_date') }}
                then 'implausible_date'
            when records.adt > subject_dates.cutoff_date then 'after_cutoff'
            when records.adt > subject_dates.dthdt then 'after_death'
        end as rule
    from records_that_count as records
    inner join subject_dates
        on records.usubjid = subject_dates.usubjid
    -- a date of DM that is empty has not come
    where records.srcdom <> 'DM' or records.dtc is not null
)

select * from fact_records
