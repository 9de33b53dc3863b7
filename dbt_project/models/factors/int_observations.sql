with demographics as (
    select * from {{ accepted('stg_sdtm__dm') }}
),

-- what the study asks DM for by name; an age is read with its unit
subject_values as (
    select * from {{ ref('stg_sdtm__values') }}
    where src_domain = 'DM' and variable not in ('STUDYID', 'AGE')
),

-- the variables of DM that are measured; a level in digits is still a wording
numbers as (
    select distinct testcd
    from {{ ref('stg_study__factors') }}
    where domain = 'DM' and type = 'continuous'
),

-- ECOG is filed as a clinical classification (RS) or a questionnaire (QS); a factor
-- without a test reads its whole domain
tests_of_factors as (
    select
        domain,
        testcd
    from {{ ref('stg_study__factors') }}
    where domain not in ('DM', 'SUPP')
    union distinct
    select
        'QS' as domain,
        testcd
    from {{ ref('stg_study__factors') }}
    where domain = 'RS'
),

records as (
    select * from {{ accepted('int_staged_records') }}
),

-- read apart: a CTE that is used twice is held in memory whole
qualifiers as (
    select * from {{ accepted('int_staged_records') }}
    where domain = 'SUPP'
),

-- the record that a qualifier speaks of, and when; one of a group stands for all
qualified_records as (
    select
        qualified.src_file,
        qualified.src_row,
        records.seq,
        records.adt,
        records.adt_last,
        records.adtf,
        records.atm
    from {{ ref('int_qualified_records') }} as qualified
    inner join {{ accepted('int_staged_records') }} as records
        on
            qualified.record_file = records.src_file
            and qualified.record_row = records.src_row
    qualify
        row_number() over (
            partition by qualified.src_file, qualified.src_row
            order by records.adt asc nulls last, records.seq asc nulls last
        ) = 1
),

observations as (
    {% for variable in ['studyid', 'age'] %}
    select
        src_file,
        src_row,
        usubjid,
        'DM' as srcdom,
        '{{ variable | upper }}' as srcvar,
        cast(null as int) as srcseq,
        '{{ variable | upper }}' as testcd,
        cast(null as string) as category,
        cast(null as string) as specimen,
        cast(null as string) as evaluator,
        cast(null as string) as group_id,
        {{ number_as_text('age') if variable == 'age' else variable }} as value_text,
        {{ 'age' if variable == 'age' else 'cast(null as double)' }} as value_num,
        cast(null as date) as adt,
        cast(null as date) as adt_last,
        cast(null as string) as adtf,
        cast(null as string) as atm
    from demographics
    union all
    {% endfor %}
    select
        demographics.src_file,
        demographics.src_row,
        demographics.usubjid,
        'DM' as srcdom,
        subject_values.variable as srcvar,
        cast(null as int) as srcseq,
        subject_values.variable as testcd,
        cast(null as string) as category,
        cast(null as string) as specimen,
        cast(null as string) as evaluator,
        cast(null as string) as group_id,
        subject_values.value as value_text,
        case when numbers.testcd is not null then subject_values.value_number end
            as value_num,
        cast(null as date) as adt,
        cast(null as date) as adt_last,
        cast(null as string) as adtf,
        cast(null as string) as atm
    from demographics
    inner join subject_values
        on
            demographics.src_file = subject_values.src_file
            and demographics.src_row = subject_values.src_row
    left join numbers
        on subject_values.variable = numbers.testcd
    union all
    select
        src_file,
        src_row,
        usubjid,
        domain as srcdom,
        value_variable as srcvar,
        seq as srcseq,
        -- an event or an intervention is asked for by its term
        coalesce(testcd, value_text) as testcd,
        category,
        specimen,
        evaluator,
        group_id,
        value_text,
        result_number as value_num,
        adt,
        adt_last,
        adtf,
        atm
    from records
    where
        domain in (select tests.domain from tests_of_factors as tests)
        and (
            domain in (
                select tests.domain
                from tests_of_factors as tests
                where tests.testcd is null
            )
            or (domain, {{ first_wording(['testcd', 'value_text']) }}) in (
                select
                    tests.domain,
                    tests.testcd
                from tests_of_factors as tests
            )
        )
    union all
    select
        qualifiers.src_file,
        qualifiers.src_row,
        qualifiers.usubjid,
        qualifiers.domain as srcdom,
        qualifiers.testcd as srcvar,
        qualified_records.seq as srcseq,
        qualifiers.testcd,
        qualifiers.category,
        qualifiers.specimen,
        qualifiers.evaluator,
        cast(qualifiers.src_row as string) as group_id,
        qualifiers.value_text,
        {{ number('qualifiers.value_text') }} as value_num,
        qualified_records.adt,
        qualified_records.adt_last,
        qualified_records.adtf,
        qualified_records.atm
    from qualifiers
    inner join qualified_records
        on
            qualifiers.src_file = qualified_records.src_file
            and qualifiers.src_row = qualified_records.src_row
)

select * from observations
