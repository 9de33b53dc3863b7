with transplant_records as (
    select * from {{ ref('int_transplant_records') }}
),

remissions as (
    select * from {{ ref('int_remissions') }}
),

relapses as (
    select * from {{ ref('int_relapses') }}
),

-- a partial date stands for the day after the first dose at the earliest, and where it
-- holds the first remission for that day: a transplant follows the remission it
-- consolidates
transplants as (
    select
        records.usubjid,
        records.prseq,
        records.transplant_type,
        records.is_prior,
        records.trtsdt,
        case
            when records.is_prior then records.prstdt
            when
                not remissions.is_at_entry
                and remissions.adt between records.prstdt and records.prstdt_last
                then greatest(remissions.adt, {{ add_days('records.trtsdt', 1) }})
            else
                {{ not_before(
                    'records.prstdt',
                    'records.prstdt_last',
                    add_days('records.trtsdt', 1),
                ) }}
        end as adt,
        records.prstdtf as adtf,
        remissions.adt as first_remission_date,
        relapses.adt as relapse_date
    from transplant_records as records
    left join remissions
        on records.usubjid = remissions.usubjid
    left join relapses
        on records.usubjid = relapses.usubjid
),

transplants_numbered as (
    select
        *,
        row_number() over (
            partition by usubjid, is_prior
            order by adt nulls last, prseq nulls last
        ) as hsct_number,
        row_number() over (
            partition by usubjid, is_prior, transplant_type
            order by adt nulls last, prseq nulls last
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
