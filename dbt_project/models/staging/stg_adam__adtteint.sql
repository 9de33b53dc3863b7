with adam_adtteint as (
    select * from {{ source('adam', 'adam_adtteint') }}
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
        {{ given('tstart') }} as tstart_given,
        {{ number_from_zero('tstart') }} as tstart,
        {{ given('tstop') }} as tstop_given,
        {{ number_from_zero('tstop') }} as tstop
    from adam_adtteint
)

select * from typed
