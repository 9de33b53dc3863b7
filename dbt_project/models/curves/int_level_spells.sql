with analyses as (
    select * from {{ ref('stg_plan__analyses') }}
),

factor_changes as (
    select * from {{ ref('factor_changes') }}
),

level_spells as (
    select
        analyses.analysis_id,
        factor_changes.usubjid,
        factor_changes.level,
        factor_changes.day as start_day,
        lead(factor_changes.day) over (
            partition by analyses.analysis_id, factor_changes.usubjid
            order by factor_changes.day
        ) as end_day
    from analyses
    inner join factor_changes
        on
            analyses.paramcd = factor_changes.paramcd
            and analyses.strata_factor = factor_changes.factor
    where analyses.has_time_dependent_strata
)

select * from level_spells
