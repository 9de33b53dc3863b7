with dm as (
    select * from {{ ref('stg_sdtm__dm') }}
),

compared as (
    select * from {{ ref('int_records_compared') }}
),

record_terms as (
    select * from {{ ref('int_record_terms') }}
),

trials as (
    select * from {{ ref('stg_study__trials') }}
),

doses as (
    select * from {{ ref('int_dose_records') }}
),

first_doses as (
    select distinct
        usubjid,
        trtsdt
    from doses
),

deaths_in_demographics as (
    select
        dm.src_file,
        dm.src_row,
        dm.src_trial,
        dm.usubjid,
        'DM' as srcdom,
        'DTHDTC' as srcvar,
        cast(null as int) as srcseq,
        dm.dthdtc as value,
        dm.dthdt as adt,
        dm.dthdt_last as adt_last,
        dm.dthdtf as adtf,
        1 as source_order
    from dm
    inner join compared
        on
            dm.src_file = compared.src_file
            and dm.src_row = compared.src_row
    where compared.rule is null and dm.dthdtc is not null
),

deaths_in_other_domains as (
    select
        compared.src_file,
        compared.src_row,
        compared.src_trial,
        compared.usubjid,
        compared.domain as srcdom,
        compared.date_variable as srcvar,
        compared.seq as srcseq,
        compared.dtc as value,
        compared.adt,
        compared.adt_last,
        compared.adtf,
        case compared.domain when 'DD' then 2 when 'DS' then 3 else 4 end
            as source_order
    from compared
    left join record_terms
        on
            compared.src_file = record_terms.src_file
            and compared.src_row = record_terms.src_row
            and record_terms.category
            = case compared.domain when 'DS' then 'disposition' else 'status' end
    where
        compared.rule is null
        and (
            compared.domain = 'DD'
            or (compared.domain = 'DS' and record_terms.value = 'death')
            or (compared.domain = 'SS' and record_terms.value = 'dead')
        )
),

all_deaths as (
    select * from deaths_in_demographics
    union all
    select * from deaths_in_other_domains
),

deaths_checked as (
    select
        all_deaths.*,
        case
            when all_deaths.value is null then 'missing_date'
            when all_deaths.adt is null then 'unreadable_date'
            when all_deaths.adt > trials.cutoff then 'after_cutoff'
            when all_deaths.adt_last < first_doses.trtsdt
                then 'death_before_first_dose'
        end as rule
    from all_deaths
    left join trials
        on all_deaths.src_trial = trials.trial_id
    left join first_doses
        on all_deaths.usubjid = first_doses.usubjid
)

select * from deaths_checked
