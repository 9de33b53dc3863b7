with sdtm_ex as (
    select * from {{ source('sdtm', 'sdtm_ex') }}
),

dated as (
    select
        *,
        {{ possible_days('exstdtc') }},
        {{ possible_days('exendtc') }}
    from sdtm_ex
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
        {{ whole_number('exseq') }} as exseq,
        {{ given('extrt') }} as extrt,
        {{ given('exdose') }} as exdose_given,
        {{ number('exdose') }} as exdose,
        {{ given('exdosu') }} as exdosu,
        {{ given('exdosfrq') }} as exdosfrq,
        {{ given('exroute') }} as exroute,
        {{ number('visitnum') }} as visitnum,
        {{ given('visit') }} as visit,
        {{ given('epoch') }} as epoch,
        {{ date_columns('exstdtc') }},
        {{ date_columns('exendtc') }}
    from dated
)

select * from typed
