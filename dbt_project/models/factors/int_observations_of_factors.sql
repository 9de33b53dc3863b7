with factors as (
    select * from {{ ref('stg_study__factors') }}
),

factor_levels as (
    select * from {{ ref('stg_study__factor_levels') }}
),

observations as (
    select * from {{ ref('int_observations') }}
),

records_left_out as (
    select * from {{ ref('int_records_left_out') }}
    where about = 'factor'
),

-- ECOG is filed as a clinical classification (RS) or a questionnaire (QS)
sources_of_factors as (
    select
        *,
        domain as srcdom
    from factors
    where timing = 'baseline'
    union all
    select
        *,
        'QS' as srcdom
    from factors
    where timing = 'baseline' and domain = 'RS'
),

wordings_for_missing as (
    select distinct
        factor,
        wording
    from factor_levels
    where level is null and wording is not null
),

observations_of_factors as (
    select
        factors.factor,
        factors.type,
        factors.derivation,
        observations.*,
        wordings_for_missing.wording is not null as says_missing
    from sources_of_factors as factors
    inner join observations
        on
            factors.srcdom = observations.srcdom
            and (
                factors.testcd is null
                or factors.testcd = {{ wording('observations.testcd') }}
            )
            and (
                factors.category is null
                or factors.category = {{ wording('observations.category') }}
            )
            and (
                factors.specimen is null
                or factors.specimen = {{ wording('observations.specimen') }}
            )
            and (
                factors.evaluator is null
                or factors.evaluator = {{ wording('observations.evaluator') }}
            )
    left join records_left_out
        on
            factors.factor = records_left_out.counted_as
            and observations.src_file = records_left_out.src_file
            and observations.src_row = records_left_out.src_row
    left join wordings_for_missing
        on
            factors.factor = wordings_for_missing.factor
            and {{ wording('observations.value_text') }} = wordings_for_missing.wording
    where records_left_out.src_row is null
)

select * from observations_of_factors
