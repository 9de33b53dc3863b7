with sdtm_pr as (
    select * from {{ source('sdtm', 'sdtm_pr') }}
),

dated as (
    select
        *,
        {{ possible_days('prstdtc') }},
        {{ possible_days('prendtc') }}
    from sdtm_pr
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
        {{ whole_number('prseq') }} as prseq,
        {{ given('prtrt') }} as prtrt,
        {{ given('prdecod') }} as prdecod,
        {{ given('prcat') }} as prcat,
        {{ date_columns('prstdtc') }},
        {{ date_columns('prendtc') }},
        {{ number('visitnum') }} as visitnum,
        {{ given('visit') }} as visit
    from dated
)

select * from typed
