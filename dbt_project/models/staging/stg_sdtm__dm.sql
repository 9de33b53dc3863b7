with sdtm_dm as (
    select * from {{ source('sdtm', 'sdtm_dm') }}
),

dated as (
    select
        *,
        {{ possible_days('rfstdtc') }},
        {{ possible_days('rfxstdtc') }},
        {{ possible_days('rfxendtc') }},
        {{ possible_days('dthdtc') }},
        {{ possible_days('brthdtc') }}
    from sdtm_dm
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
        {{ given('subjid') }} as subjid,
        {{ date_columns('rfstdtc') }},
        {{ date_columns('rfxstdtc') }},
        {{ date_columns('rfxendtc') }},
        {{ date_columns('dthdtc') }},
        {{ given('dthfl') }} as dthfl,
        {{ given('siteid') }} as siteid,
        {{ date_columns('brthdtc') }},
        {{ given('age') }} as age_given,
        {{ age_in_years(number('age'), given('ageu')) }} as age,
        {{ given('ageu') }} as ageu,
        {{ given('sex') }} as sex,
        {{ given('race') }} as race,
        {{ given('ethnic') }} as ethnic,
        {{ given('armcd') }} as armcd,
        {{ given('arm') }} as arm,
        {{ given('country') }} as country
    from dated
)

select * from typed
