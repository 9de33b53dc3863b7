with factors as (
    select * from {{ ref('stg_study__factors') }}
),

factor_levels as (
    select * from {{ ref('stg_study__factor_levels') }}
),

observations as (
    select * from {{ ref('int_observations') }}
),

subject_dates as (
    select * from {{ ref('int_subject_dates') }}
),

treated_subjects as (
    select
        usubjid,
        trtsdt
    from subject_dates
    where trtsdt is not null
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
        treated_subjects.trtsdt,
        observations.usubjid,
        observations.group_id,
        observations.value_text,
        observations.value_num,
        observations.adt,
        observations.adt_last,
        observations.srcdom,
        observations.srcvar,
        observations.srcseq,
        wordings_for_missing.wording is not null as says_missing
    from factors
    inner join observations
        on
            -- ECOG is filed as a clinical classification (RS) or a questionnaire (QS)
            (
                factors.domain = observations.srcdom
                or (factors.domain = 'RS' and observations.srcdom = 'QS')
            )
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
    inner join treated_subjects on observations.usubjid = treated_subjects.usubjid
    left join wordings_for_missing
        on
            factors.factor = wordings_for_missing.factor
            and {{ wording('observations.value_text') }} = wordings_for_missing.wording
    where factors.timing = 'baseline'
),

baseline_observations as (
    select
        usubjid,
        factor,
        derivation,
        group_id,
        value_text,
        value_num,
        says_missing,
        adt,
        srcdom,
        srcvar,
        srcseq
    from observations_of_factors
    where
        derivation = 'variable'
        -- a partial date that may lie after the first dose is no baseline value
        or (
            derivation = 'last_value'
            and adt_last <= trtsdt
            and (
                value_num is not null
                or (type = 'categorical' and value_text is not null)
            )
        )
        -- history counts unless it is known to have begun after the first dose
        or (
            derivation in ('any_record', 'count_records')
            and coalesce(adt, trtsdt) <= trtsdt
        )
)

select * from baseline_observations
