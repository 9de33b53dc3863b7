with sdtm_qs as (
    select * from {{ source('sdtm', 'sdtm_qs') }}
),

dated as (
    select
        *,
        {{ possible_days('qsdtc') }}
    from sdtm_qs
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
        {{ whole_number('qsseq') }} as qsseq,
        {{ given('qstestcd') }} as qstestcd,
        {{ given('qstest') }} as qstest,
        {{ given('qscat') }} as qscat,
        {{ given('qsorres') }} as qsorres,
        {{ given('qsstresc') }} as qsstresc,
        {{ given('qsstresn') }} as qsstresn_given,
        {{ number('qsstresn') }} as qsstresn,
        {{ given('qsstat') }} as qsstat,
        {{ given('qsreasnd') }} as qsreasnd,
        {{ number('visitnum') }} as visitnum,
        {{ given('visit') }} as visit,
        {{ date_columns('qsdtc') }}
    from dated
)

select * from typed
