with pr as (
    select * from {{ accepted('stg_sdtm__pr') }}
),

record_terms as (
    select * from {{ ref('int_record_terms') }}
),

first_doses as (
    select distinct
        usubjid,
        trtsdt
    from {{ ref('int_doses') }}
),

first_remissions as (
    select * from {{ ref('int_first_remissions') }}
),

relapses as (
    select * from {{ ref('int_relapses') }}
),

-- a partial date that holds the first dose or the first remission stands for that day
-- at the earliest: a transplant follows the remission it consolidates
transplants as (
    select
        pr.usubjid,
        pr.prseq,
        record_terms.value as transplant_type,
        pr.prstdt_last <= first_doses.trtsdt as is_prior,
        first_doses.trtsdt,
        case
            when first_remissions.adt between pr.prstdt and pr.prstdt_last
                then first_remissions.adt
            else
                {{ not_before('pr.prstdt', 'pr.prstdt_last', 'first_doses.trtsdt') }}
        end as adt,
        pr.prstdtf as adtf,
        first_remissions.adt as first_remission_date,
        relapses.adt as relapse_date
    from pr
    inner join record_terms
        on
            pr.src_file = record_terms.src_file
            and pr.src_row = record_terms.src_row
            and record_terms.category = 'transplant'
    inner join first_doses
        on pr.usubjid = first_doses.usubjid
    left join first_remissions
        on pr.usubjid = first_remissions.usubjid
    left join relapses
        on pr.usubjid = relapses.usubjid
),

transplants_numbered as (
    select
        *,
        row_number() over (
            partition by usubjid, is_prior
            order by adt, prseq
        ) as hsct_number,
        row_number() over (
            partition by usubjid, is_prior, transplant_type
            order by adt, prseq
        ) as number_of_type
    from transplants
),

remission_states as (
    select
        usubjid,
        prseq,
        transplant_type,
        is_prior,
        trtsdt,
        adt,
        adtf,
        cast(hsct_number as int) as hsct_number,
        transplant_type = 'allogeneic' and number_of_type = 1 and not is_prior
            as is_first_allogeneic,
        case
            when is_prior then null
            when first_remission_date is null or adt < first_remission_date
                then 'without_remission'
            -- the day of relapse is no longer remission
            when adt >= relapse_date then 'after_relapse'
            else 'in_continuous_remission'
        end as remission_state,
        first_remission_date,
        relapse_date
    from transplants_numbered
)

select * from remission_states
