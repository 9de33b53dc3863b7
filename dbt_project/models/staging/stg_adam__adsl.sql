with adam_adsl as (
    select * from {{ source('adam', 'adam_adsl') }}
),

typed as (
    select
        src_trial,
        src_domain,
        src_file,
        src_row,
        src_content,
        {{ given('studyid') }} as studyid,
        {{ given('usubjid') }} as usubjid,
        {{ given('subjid') }} as subjid,
        {{ given('age') }} as age_given,
        {{ given('ageu') }} as ageu,
        {{ age_in_years(number('age'), given('ageu')) }} as age,
        {{ given('sex') }} as sex,
        {{ given('race') }} as race,
        {{ given('country') }} as country,
        coalesce({{ given('arm') }}, {{ given('trt01p') }}) as arm,
        {{ adam_day('trtsdt') }} as trtsdt,
        {{ adam_day('trtedt') }} as trtedt,
        {{ adam_day('dthdt') }} as dthdt,
        {{ given('dthdtf') }} as dthdtf,
        {{ adam_day('lstalvdt') }} as lstalvdt
    from adam_adsl
)

select * from typed
