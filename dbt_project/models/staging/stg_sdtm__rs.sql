with sdtm_rs as (
    select * from {{ source('sdtm', 'sdtm_rs') }}
),

dated as (
    select
        *,
        {{ possible_days('rsdtc') }}
    from sdtm_rs
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
        {{ whole_number('rsseq') }} as rsseq,
        {{ given('rstestcd') }} as rstestcd,
        {{ given('rstest') }} as rstest,
        {{ given('rscat') }} as rscat,
        {{ given('rsorres') }} as rsorres,
        {{ given('rsstresc') }} as rsstresc,
        {{ given('rsstresn') }} as rsstresn_given,
        {{ number('rsstresn') }} as rsstresn,
        {{ given('rsstat') }} as rsstat,
        {{ given('rsreasnd') }} as rsreasnd,
        {{ given('rseval') }} as rseval,
        {{ given('rsmethod') }} as rsmethod,
        {{ given('rsacptfl') }} as rsacptfl,
        {{ number('visitnum') }} as visitnum,
        {{ given('visit') }} as visit,
        {{ date_columns('rsdtc') }}
    from dated
)

select * from typed
