with sdtm_supp as (
    select * from {{ source('sdtm', 'sdtm_supp') }}
),

typed as (
    select
        src_trial,
        src_domain,
        src_file,
        src_row,
        src_content,
        {{ given('studyid') }} as studyid,
        {{ given('rdomain') }} as rdomain,
        {{ given('usubjid') }} as usubjid,
        {{ given('idvar') }} as idvar,
        {{ given('idvarval') }} as idvarval,
        {{ given('qnam') }} as qnam,
        {{ given('qlabel') }} as qlabel,
        {{ given('qval') }} as qval,
        {{ given('qorig') }} as qorig,
        {{ given('qeval') }} as qeval
    from sdtm_supp
)

select * from typed
