with adam_adtte as (
    select * from {{ source('adam', 'adam_adtte') }}
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
        {{ given('paramcd') }} as paramcd,
        {{ given('param') }} as param,
        {{ given('aval') }} as aval_given,
        {{ number_from_zero('aval') }} as aval,
        {{ given('avalu') }} as avalu,
        {{ given('startdt') }} as startdt_given,
        {{ adam_day('startdt') }} as startdt,
        {{ given('startdtf') }} as startdtf,
        {{ given('adt') }} as adt_given,
        {{ adam_day('adt') }} as adt,
        {{ given('adtf') }} as adtf,
        {{ given('cnsr') }} as cnsr_given,
        {{ whole_number('cnsr') }} as cnsr,
        {{ given('evntdesc') }} as evntdesc,
        {{ given('cnsdtdsc') }} as cnsdtdsc,
        {{ given('anl01fl') }} as anl01fl
    from adam_adtte
)

select * from typed
