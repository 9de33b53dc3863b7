with sdtm_ss as (
    select * from {{ source('sdtm', 'sdtm_ss') }}
),

dated as (
    select
        *,
        {{ possible_days('ssdtc') }}
    from sdtm_ss
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
        {{ whole_number('ssseq') }} as ssseq,
        {{ given('sstestcd') }} as sstestcd,
        {{ given('sstest') }} as sstest,
        {{ given('ssorres') }} as ssorres,
        {{ given('ssstresc') }} as ssstresc,
        {{ given('ssstat') }} as ssstat,
        {{ given('ssreasnd') }} as ssreasnd,
        {{ number('visitnum') }} as visitnum,
        {{ given('visit') }} as visit,
        {{ date_columns('ssdtc') }}
    from dated
)

select * from typed
