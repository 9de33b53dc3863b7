with sdtm_other as (
    select * from {{ source('sdtm', 'sdtm_other') }}
),

dated as (
    select
        *,
        {{ possible_days('dtc') }}
    from sdtm_other
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
        {{ whole_number('seq') }} as seq,
        {{ given('grpid') }} as grpid,
        {{ given('testcd') }} as testcd,
        {{ given('cat') }} as cat,
        {{ given('spec') }} as spec,
        {{ given('eval') }} as eval,
        {{ given('method') }} as method,
        {{ given('stat') }} as stat,
        {{ given('acptfl') }} as acptfl,
        {{ given('stdtext') }} as stdtext,
        {{ given('text') }} as text,
        {{ given('stresn') }} as stresn_given,
        {{ number('stresn') }} as stresn,
        {{ given('stresu') }} as stresu,
        {{ number('visitnum') }} as visitnum,
        {{ given('visit') }} as visit,
        {{ given('datevar') }} as datevar,
        {{ given('stdvar') }} as stdvar,
        {{ given('textvar') }} as textvar,
        {{ date_columns('dtc') }}
    from dated
)

select * from typed
