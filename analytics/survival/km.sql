-- Kaplan-Meier: the curve, its median and its rates, as in results.survival_curve,
-- results.survival_summary and results.survival_rate. With late entries they are conditional on no
-- event by the day on which the curve starts.

create or replace macro survival.km(
    endpoint, population := null, by_factor := null, landmark := null,
    time_dependent := false, delayed_entry := false
) as table
with counts as (
    select counts.*
    from survival.known_counts(
        endpoint, population := population, by_factor := by_factor, landmark := landmark,
        time_dependent := time_dependent, delayed_entry := delayed_entry
    ) as counts
    where
        case
            when counts.total_competing = 0 then true
            else error(
                'Endpoint ' || endpoint || ' has a competing event, which is no censoring, so '
                || 'that a Kaplan-Meier curve overstates its event; use survival.incidence.'
            )
        end
),

curve as (
    select
        counts.*,
        product(1 - counts.given_event / nullif(counts.n_risk, 0)) over to_date as survival,
        sum(
            case
                when counts.given_event < counts.n_risk
                    then
                        counts.given_event
                        / (counts.n_risk * (counts.n_risk - counts.given_event))
                else 0
            end
        ) over to_date as greenwood
    from counts
    window to_date as (partition by counts.stratum order by counts.time_days)
),

curve_with_error as (
    select
        curve.*,
        case when curve.day_status = 'ok' then coalesce(curve.survival, 1) end as estimate,
        case
            when curve.day_status = 'ok' and coalesce(curve.survival, 1) > 0
                then coalesce(curve.survival, 1) * sqrt(curve.greenwood)
        end as std_error
    from curve
)

select
    curve.stratum,
    curve.time_days,
    curve.time_days / conventions.days_per_month as time_months,
    curve.n_risk,
    curve.n_event,
    curve.n_censored,
    curve.estimate,
    curve.std_error,
    case
        when curve.time_days = 0 and curve.estimate = 1 then 1
        else
            survival.limit_of(
                curve.estimate, curve.std_error, -1,
                conventions.ci_transform, conventions.normal_quantile
            )
    end as ci_lower,
    case
        when curve.time_days = 0 and curve.estimate = 1 then 1
        else
            survival.limit_of(
                curve.estimate, curve.std_error, 1,
                conventions.ci_transform, conventions.normal_quantile
            )
    end as ci_upper,
    curve.conditional_from_months,
    curve.day_status as status
from curve_with_error as curve
inner join survival.conventions as conventions on true
order by curve.stratum_order, curve.stratum, curve.time_days;

comment on macro table survival.km is
'One row per stratum and day: the Kaplan-Meier curve with its limits and numbers at risk.';

-- The first day with a value below one half; where the curve equals it on a whole step, within
-- 1e-8, the midpoint of that step. The limits by the same rule: Brookmeyer and Crowley.
create or replace macro survival.median(
    endpoint, population := null, by_factor := null, landmark := null,
    time_dependent := false, delayed_entry := false
) as table
with curve as (
    from survival.km(
        endpoint, population := population, by_factor := by_factor, landmark := landmark,
        time_dependent := time_dependent, delayed_entry := delayed_entry
    )
),

strata as (
    select
        * replace (
            case
                when status = 'ok' and given_events = 0 then 'not estimable: no events'
                else status
            end as status
        )
    from survival.known_strata(
        endpoint, population := population, by_factor := by_factor, landmark := landmark,
        time_dependent := time_dependent, delayed_entry := delayed_entry
    )
),

steps as (
    unpivot curve
    on estimate, ci_lower, ci_upper
    into name quantity value height
),

falls as (
    select
        steps.*,
        min(case when steps.height < 0.5 - 1e-8 then steps.time_days end)
            over (partition by steps.stratum, steps.quantity) as fall_day
    from steps
),

crossings as (
    select
        falls.stratum,
        falls.quantity,
        case
            when count(*) filter (where abs(falls.height - 0.5) <= 1e-8) > 0
                then (
                    min(falls.time_days) filter (where abs(falls.height - 0.5) <= 1e-8)
                    + min(falls.fall_day)
                ) / 2
            else min(falls.fall_day)
        end as day
    from falls
    where falls.time_days <= falls.fall_day
    group by falls.stratum, falls.quantity
),

medians as (
    select
        strata.stratum,
        strata.stratum_order,
        strata.total_subjects,
        strata.total_events,
        strata.conditional_from_months,
        strata.end_day,
        max(crossings.day) filter (where crossings.quantity = 'estimate') as median_day,
        max(crossings.day) filter (where crossings.quantity = 'ci_lower') as lower_day,
        max(crossings.day) filter (where crossings.quantity = 'ci_upper') as upper_day,
        any_value(strata.status) as status
    from strata
    left join crossings on strata.stratum = crossings.stratum and strata.status = 'ok'
    group by all
)

select
    medians.stratum,
    medians.total_subjects as n,
    medians.total_events as n_event,
    medians.median_day / conventions.days_per_month as median_months,
    medians.lower_day / conventions.days_per_month as median_ci_lower,
    medians.upper_day / conventions.days_per_month as median_ci_upper,
    medians.conditional_from_months,
    case
        when medians.status <> 'ok' then medians.status
        when medians.median_day is null and medians.end_day is not null
            then 'not estimable: fewer at risk than smallest_risk_set'
        when medians.median_day is null then 'not estimable: median not reached'
        else 'ok'
    end as status
from medians
inner join survival.conventions as conventions on true
order by medians.stratum_order, medians.stratum;

comment on macro table survival.median is
'One row per stratum: the median in months with its limits.';

-- A number of months, or a list of them, as rows.
create or replace macro survival.months_of(months) as table
with listed as (
    select
        cast(
            '[' || trim(cast(months as varchar), '[]') || ']' as double[]
        ) as every_month
)

select unnest(list_sort(list_distinct(listed.every_month))) as time_months
from listed
where
    case
        when
            len(listed.every_month) > 0
            and len(list_filter(listed.every_month, lambda m: m > 0 and isfinite(m)))
            = len(listed.every_month)
            then true
        else error('The months are not positive numbers; write one, or a list such as [12, 24].')
    end;

comment on macro table survival.months_of is
'One row per month: a number, or a list of numbers, in ascending order.';

-- The step value; past the last observation it is unknown unless the estimate is 0.
create or replace macro survival.rate(
    endpoint, months, population := null, by_factor := null, landmark := null,
    time_dependent := false, delayed_entry := false
) as table
with curve as (
    from survival.km(
        endpoint, population := population, by_factor := by_factor, landmark := landmark,
        time_dependent := time_dependent, delayed_entry := delayed_entry
    )
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
        wanted.time_months,
        wanted.time_months * conventions.days_per_month as asked_day,
        survival.status_on(
            wanted.time_months * conventions.days_per_month,
            strata.start_day, strata.end_day, strata.status
        ) as asked_status
    from strata
    inner join survival.months_of(months) as wanted on true
    inner join survival.conventions as conventions on true
),

held as (
    select
        asked.stratum,
        asked.time_months,
        max_by(curve.time_days, curve.time_days) filter (where curve.time_days <= asked.asked_day)
            as held_day,
        coalesce(
            min_by(curve.n_risk, curve.time_days)
                filter (where curve.time_days >= asked.asked_day),
            0
        ) as n_risk
    from asked
    inner join curve on asked.stratum = curve.stratum
    group by all
),

rates as (
    select
        asked.*,
        held.n_risk,
        asked.asked_status = 'ok' and (asked.asked_day <= asked.last_day or steps.estimate = 0)
            as is_known,
        steps.estimate,
        steps.std_error,
        steps.ci_lower,
        steps.ci_upper
    from asked
    inner join held on asked.stratum = held.stratum and asked.time_months = held.time_months
    inner join curve as steps on held.stratum = steps.stratum and held.held_day = steps.time_days
)

select
    rates.stratum,
    rates.total_subjects as n,
    rates.total_events as n_event,
    rates.time_months,
    case when rates.is_known then rates.estimate end as estimate,
    case when rates.is_known then rates.std_error end as std_error,
    case when rates.is_known then rates.ci_lower end as ci_lower,
    case when rates.is_known then rates.ci_upper end as ci_upper,
    rates.n_risk,
    rates.conditional_from_months,
    case
        when rates.asked_status = 'ok' and not rates.is_known
            then 'not estimable: beyond the last observation'
        else rates.asked_status
    end as status
from rates
order by rates.stratum_order, rates.stratum, rates.time_months;

comment on macro table survival.rate is
'One row per stratum and month: the Kaplan-Meier estimate there; months is a number or a list.';
