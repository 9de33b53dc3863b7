-- The mean time without the event up to a horizon: the area under the Kaplan-Meier curve, with
-- Greenwood's variance and limits by Wald, as in results.restricted_mean. Of a curve that starts
-- late it is the mean of those without an event by then.

create or replace macro survival.restricted_mean(
    endpoint, months, population := null, by_factor := null, landmark := null,
    time_dependent := false, delayed_entry := false
) as table
with counts as (
    from survival.known_counts(
        endpoint, population := population, by_factor := by_factor, landmark := landmark,
        time_dependent := time_dependent, delayed_entry := delayed_entry
    )
),

curve as (
    select
        counts.stratum,
        counts.time_days,
        counts.n_risk,
        counts.given_event as n_event,
        case when counts.time_days < counts.start_day then 1 else km.estimate end as estimate
    from counts
    inner join survival.km(
        endpoint, population := population, by_factor := by_factor, landmark := landmark,
        time_dependent := time_dependent, delayed_entry := delayed_entry
    ) as km on counts.stratum = km.stratum and counts.time_days = km.time_days
),

strata as (
    from survival.known_strata(
        endpoint, population := population, by_factor := by_factor, landmark := landmark,
        time_dependent := time_dependent, delayed_entry := delayed_entry
    )
),

asked as (
    select
        strata.*,
        wanted.time_months as horizon_months,
        wanted.time_months * conventions.days_per_month as horizon
    from strata
    inner join survival.months_of(months) as wanted on true
    inner join survival.conventions as conventions on true
),

steps as (
    select
        asked.stratum,
        asked.horizon_months,
        curve.time_days,
        curve.n_event,
        curve.estimate,
        case
            when curve.n_event < curve.n_risk
                then curve.n_event / (curve.n_risk * (curve.n_risk - curve.n_event))
            else 0
        end as greenwood,
        curve.estimate * (
            least(
                coalesce(
                    lead(curve.time_days) over (
                        partition by asked.stratum, asked.horizon_months order by curve.time_days
                    ),
                    asked.horizon
                ),
                asked.horizon
            )
            - least(curve.time_days, asked.horizon)
        ) as area,
        curve.time_days <= asked.horizon as is_before
    from asked
    inner join curve on asked.stratum = curve.stratum
),

areas as (
    select
        steps.*,
        sum(steps.area) over (
            partition by steps.stratum, steps.horizon_months order by steps.time_days desc
        ) as later_area
    from steps
),

means as (
    select
        areas.stratum,
        areas.horizon_months,
        min_by(areas.later_area, areas.time_days) as mean_days,
        sqrt(sum(areas.later_area * areas.later_area * areas.greenwood)) as error_days,
        max_by(areas.estimate, areas.time_days) as last_estimate,
        coalesce(sum(areas.n_event) filter (where areas.is_before), 0) as n_event_before
    from areas
    group by all
),

judged as (
    select
        asked.*,
        means.mean_days,
        means.error_days,
        case
            when
                survival.status_on(asked.horizon, asked.start_day, asked.end_day, asked.status)
                <> 'ok'
                then
                    survival.status_on(asked.horizon, asked.start_day, asked.end_day, asked.status)
            when asked.horizon > asked.last_day and means.last_estimate > 0
                then 'not estimable: the horizon lies beyond the last observation'
            when means.n_event_before = 0 then 'not estimable: no events'
            when means.error_days = 0 then 'not estimable: the restricted times do not vary'
            else 'ok'
        end as verdict
    from asked
    inner join means
        on asked.stratum = means.stratum and asked.horizon_months = means.horizon_months
),

known as (
    select
        judged.*,
        conventions.days_per_month as month_days,
        case when judged.verdict = 'ok' then judged.mean_days end as mean_known,
        case when judged.verdict = 'ok' then judged.error_days end as error_known,
        conventions.normal_quantile as z
    from judged
    inner join survival.conventions as conventions on true
)

select
    known.stratum,
    known.horizon_months,
    known.total_subjects as n,
    known.total_events as n_event,
    known.mean_known / known.month_days as restricted_mean_months,
    known.error_known / known.month_days as std_error,
    (known.mean_known - known.z * known.error_known) / known.month_days as ci_lower,
    (known.mean_known + known.z * known.error_known) / known.month_days as ci_upper,
    known.conditional_from_months,
    known.verdict as status
from known
order by known.stratum_order, known.stratum, known.horizon_months;

comment on macro table survival.restricted_mean is
'One row per stratum and horizon in months: the mean time without the event up to it.';
