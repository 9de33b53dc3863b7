with sdtm_cm as (
    select * from {{ source('sdtm', 'sdtm_cm') }}
),

dated as (
    select
        *,
        {{ possible_days('cmstdtc') }},
        {{ possible_days('cmendtc') }}
    from sdtm_cm
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
        {{ whole_number('cmseq') }} as cmseq,
        {{ given('cmgrpid') }} as cmgrpid,
        {{ given('cmtrt') }} as cmtrt,
        {{ given('cmdecod') }} as cmdecod,
        {{ given('cmcat') }} as cmcat,
        {{ given('cmscat') }} as cmscat,
        {{ date_columns('cmstdtc') }},
        {{ date_columns('cmendtc') }}
    from dated
)

select * from typed
