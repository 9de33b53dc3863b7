with sdtm_sv as (
    select * from {{ source('sdtm', 'sdtm_sv') }}
),

dated as (
    select
        *,
        {{ possible_days('svstdtc') }},
        {{ possible_days('svendtc') }}
    from sdtm_sv
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
        {{ number('visitnum') }} as visitnum,
        {{ given('visit') }} as visit,
        {{ given('svcntmod') }} as svcntmod,
        {{ date_columns('svstdtc') }},
        {{ date_columns('svendtc') }}
    from dated
)

select * from typed
