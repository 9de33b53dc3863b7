with sdtm_lb as (
    select * from {{ source('sdtm', 'sdtm_lb') }}
),

dated as (
    select
        *,
        {{ possible_days('lbdtc') }}
    from sdtm_lb
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
        {{ whole_number('lbseq') }} as lbseq,
        {{ given('lbtestcd') }} as lbtestcd,
        {{ given('lbtest') }} as lbtest,
        {{ given('lbcat') }} as lbcat,
        {{ given('lborres') }} as lborres,
        {{ given('lborresu') }} as lborresu,
        {{ given('lbstresc') }} as lbstresc,
        {{ given('lbstresn') }} as lbstresn_given,
        {{ number('lbstresn') }} as lbstresn,
        {{ given('lbstresu') }} as lbstresu,
        {{ given('lbstat') }} as lbstat,
        {{ given('lbreasnd') }} as lbreasnd,
        {{ given('lbnam') }} as lbnam,
        {{ given('lbspec') }} as lbspec,
        {{ given('lbmethod') }} as lbmethod,
        {{ given('lbllod') }} as lbllod_given,
        {{ number_from_zero('lbllod') }} as lbllod,
        {{ given('lblloq') }} as lblloq_given,
        {{ number_from_zero('lblloq') }} as lblloq,
        {{ number('visitnum') }} as visitnum,
        {{ given('visit') }} as visit,
        {{ date_columns('lbdtc') }}
    from dated
)

select * from typed
