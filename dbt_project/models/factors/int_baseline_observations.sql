with observations as (
    select * from {{ ref('int_observations_of_factors') }}
),

baseline_dates as (
    select * from {{ ref('int_baseline_dates') }}
),

marks as (
    select * from {{ ref('int_observation_marks') }}
),

placed_observations as (
    select
        observations.*,
        baseline_dates.adt as baseline_date,
        marks.baseline_flag,
        marks.time_point,
        observations.adt = baseline_dates.adt as is_on_last_day,
        coalesce(
            observations.adt = baseline_dates.adt
            and observations.adt = observations.adt_last
            and coalesce(
                {{ is_later_time('observations.atm', 'baseline_dates.atm') }},
                baseline_dates.is_first_dose and marks.is_post_dose
            ),
            false
        ) as is_after_first_dose
    from observations
    inner join baseline_dates
        on observations.usubjid = baseline_dates.usubjid
    left join marks
        on
            observations.src_file = marks.src_file
            and observations.src_row = marks.src_row
),

baseline_observations as (
    select
        usubjid,
        factor,
        derivation,
        src_file,
        src_row,
        group_id,
        value_text,
        value_num,
        says_missing,
        baseline_flag,
        adt,
        atm,
        -- on the day of the first dose the earliest planned time point, else the latest
        coalesce(case when is_on_last_day then -time_point else time_point end, 0)
            as time_point_order,
        srcdom,
        srcvar,
        srcseq
    from placed_observations
    where
        derivation = 'variable'
        -- a partial date that may lie after the first dose is no baseline value
        or (
            derivation = 'last_value'
            and not is_after_first_dose
            and (
                coalesce(adt_last <= baseline_date, baseline_date is null)
                or (baseline_flag is not null and adt <= baseline_date)
            )
            and (
                value_num is not null
                or (type = 'categorical' and value_text is not null)
            )
        )
        -- history counts unless it is known to have begun after the first dose
        or (
            derivation in ('any_record', 'count_records')
            and coalesce(adt <= baseline_date, true)
        )
)

select * from baseline_observations
