with sdtm_ds as (
    select * from {{ source('sdtm', 'sdtm_ds') }}
),

dated as (
    select
        *,
        {{ possible_days('dsstdtc') }}
    from sdtm_ds
),

typed as (
    select
        src_trial,
        src_domain,
        src_file,
        src_row,
        src_content,
        {{ given('studyid') }} as studyid,
        {{ given('domain') }} as domain,
        {{ given('usubjid') }} as usubjid,
        {{ whole_number('dsseq') }} as dsseq,
        {{ given('dsterm') }} as dsterm,
        {{ given('dsdecod') }} as dsdecod,
        {{ given('dscat') }} as dscat,
        {{ date_columns('dsstdtc') }}
    from dated
)

select * from typed
