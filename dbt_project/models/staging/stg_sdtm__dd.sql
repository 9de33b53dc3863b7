with sdtm_dd as (
    select * from {{ source('sdtm', 'sdtm_dd') }}
),

dated as (
    select
        *,
        {{ possible_days('dddtc') }}
    from sdtm_dd
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
        {{ whole_number('ddseq') }} as ddseq,
        {{ given('ddtestcd') }} as ddtestcd,
        {{ given('ddtest') }} as ddtest,
        {{ given('ddorres') }} as ddorres,
        {{ given('ddstresc') }} as ddstresc,
        {{ date_columns('dddtc') }}
    from dated
)

select * from typed
