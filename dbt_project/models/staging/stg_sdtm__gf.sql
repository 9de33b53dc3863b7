with sdtm_gf as (
    select * from {{ source('sdtm', 'sdtm_gf') }}
),

dated as (
    select
        *,
        {{ possible_days('gfdtc') }}
    from sdtm_gf
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
        {{ whole_number('gfseq') }} as gfseq,
        {{ given('gftestcd') }} as gftestcd,
        {{ given('gftest') }} as gftest,
        {{ given('gforres') }} as gforres,
        {{ given('gfstresc') }} as gfstresc,
        {{ given('gfstat') }} as gfstat,
        {{ given('gfreasnd') }} as gfreasnd,
        {{ given('gfspec') }} as gfspec,
        {{ given('gfmethod') }} as gfmethod,
        {{ number('visitnum') }} as visitnum,
        {{ given('visit') }} as visit,
        {{ date_columns('gfdtc') }}
    from dated
)

select * from typed
