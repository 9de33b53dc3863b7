with sdtm_mh as (
    select * from {{ source('sdtm', 'sdtm_mh') }}
),

dated as (
    select
        *,
        {{ possible_days('mhstdtc') }},
        {{ possible_days('mhendtc') }}
    from sdtm_mh
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
        {{ whole_number('mhseq') }} as mhseq,
        {{ given('mhgrpid') }} as mhgrpid,
        {{ given('mhterm') }} as mhterm,
        {{ given('mhdecod') }} as mhdecod,
        {{ given('mhcat') }} as mhcat,
        {{ given('mhscat') }} as mhscat,
        {{ date_columns('mhstdtc') }},
        {{ date_columns('mhendtc') }}
    from dated
)

select * from typed
