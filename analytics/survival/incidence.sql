-- Cumulative incidence with competing events, by Aalen and Johansen, as in
-- results.cumulative_incidence_curve and results.cumulative_incidence_rate. The variance is the
-- one of the study, see docs/statistics.md; each is a polynomial in the incidence of the day, with
-- running sums as coefficients, and what rounding leaves of it is 0.

create or replace macro survival.incidence(
    endpoint, population := null, by_factor := null, landmark := null,
    time_dependent := false, delayed_entry := false
) as table
with counts as (
    from survival.known_counts(
        endpoint, population := population, by_factor := by_factor, landmark := landmark,
        time_dependent := time_dependent, delayed_entry := delayed_entry
    )
),

conventions as (
    select
        conventions.*,
        conventions.incidence_variance = 'infinitesimal_jackknife' as is_jackknife
    from survival.conventions as conventions
),

survival_by_day as (
    select
        counts.*,
        product(
            1 - (counts.given_event + counts.given_competing) / nullif(counts.n_risk, 0)
        ) over (
            partition by counts.stratum order by counts.time_days
            rows between unbounded preceding and 1 preceding
        ) as before_or_null
    from counts
),

of_events as (
    select
        days.*,
        coalesce(days.before_or_null, 1) as before_day,
        cast(days.n_risk as double) as at_risk,
        causes.event,
        causes.event_order,
        cast(
            case causes.event when 'event' then days.given_event else days.given_competing end
            as double
        ) as own,
        cast(
            case causes.event when 'event' then days.given_competing else days.given_event end
            as double
        ) as other
    from survival_by_day as days
    inner join (values ('event', 1), ('competing', 2)) as causes (event, event_order) on true
),

incidences as (
    select
        of_events.*,
        coalesce(
            sum(of_events.before_day * of_events.own / nullif(of_events.at_risk, 0)) over (
                partition by of_events.stratum, of_events.event order by of_events.time_days
            ),
            0
        ) as incidence,
        coalesce(
            of_events.before_day
            * (1 - (of_events.own + of_events.other) / nullif(of_events.at_risk, 0)),
            of_events.before_day
        ) as after_day
    from of_events
),

weights as (
    select
        incidences.*,
        coalesce(1 / nullif(incidences.after_day, 0), 0) as inverse,
        -- d (n - d) / (n^2 (n - 1)), and d / n^2 for a single event
        coalesce(
            incidences.before_day * incidences.before_day * incidences.own
            * case
                when incidences.own > 1
                    then (incidences.at_risk - incidences.own) / nullif(incidences.at_risk - 1, 0)
                else 1
            end / nullif(incidences.at_risk * incidences.at_risk, 0),
            0
        ) as own_weight,
        case
            when incidences.after_day > 0
                then coalesce(
                    incidences.before_day * incidences.before_day * incidences.other
                    * case
                        when incidences.other > 1
                            then
                                (incidences.at_risk - incidences.other)
                                / nullif(incidences.at_risk - 1, 0)
                        else 1
                    end / nullif(incidences.at_risk * incidences.at_risk, 0),
                    0
                )
            else 0
        end as other_weight,
        coalesce(
            (incidences.own + incidences.other)
            / nullif(
                incidences.at_risk
                * (incidences.at_risk - incidences.own - incidences.other),
                0
            ),
            0
        ) as delta_square,
        coalesce(
            incidences.before_day * incidences.own
            / nullif(incidences.at_risk * incidences.at_risk, 0),
            0
        ) as delta_cross,
        coalesce(
            incidences.before_day * incidences.before_day * incidences.own
            * (incidences.at_risk - incidences.own)
            / nullif(incidences.at_risk * incidences.at_risk * incidences.at_risk, 0),
            0
        ) as delta_constant
    from incidences
),

-- the coefficients of 1, F(t) and F(t)^2 of each day
coefficients as (
    select
        weights.*,
        case conventions.incidence_variance
            when 'aalen' then
                weights.own_weight * (1 + weights.incidence * weights.inverse)
                * (1 + weights.incidence * weights.inverse)
                + weights.other_weight * (weights.incidence * weights.inverse)
                * (weights.incidence * weights.inverse)
            else
                weights.delta_constant + 2 * weights.incidence * weights.delta_cross
                + weights.incidence * weights.incidence * weights.delta_square
        end as constant_term,
        case conventions.incidence_variance
            when 'aalen' then
                (
                    weights.own_weight * (1 + weights.incidence * weights.inverse)
                    + weights.other_weight * (weights.incidence * weights.inverse)
                ) * weights.inverse
            else weights.delta_cross + weights.incidence * weights.delta_square
        end as linear_term,
        case conventions.incidence_variance
            when 'aalen' then
                (weights.own_weight + weights.other_weight) * weights.inverse * weights.inverse
            else weights.delta_square
        end as square_term
    from weights
    inner join conventions on true
),

sums as (
    select
        coefficients.*,
        sum(coefficients.constant_term) over to_date as first_part,
        2 * sum(coefficients.linear_term) over to_date * coefficients.incidence as middle_part,
        sum(coefficients.square_term) over to_date
        * (coefficients.incidence * coefficients.incidence) as last_part
    from coefficients
    window
        to_date as (
            partition by coefficients.stratum, coefficients.event
            order by coefficients.time_days
        )
),

errors as (
    select
        sums.*,
        case when sums.day_status = 'ok' then sums.incidence end as estimate,
        case
            when
                sums.day_status <> 'ok'
                or (conventions.is_jackknife and sums.has_late_entries)
                then null
            when
                sums.first_part - sums.middle_part + sums.last_part
                > 64 * power(2, -52)
                * (sums.first_part + abs(sums.middle_part) + sums.last_part)
                then sqrt(sums.first_part - sums.middle_part + sums.last_part)
            else 0
        end as std_error,
        conventions.days_per_month as month_days,
        conventions.ci_transform as transform,
        conventions.normal_quantile as z
    from sums
    inner join conventions on true
)

select
    errors.stratum,
    errors.event,
    errors.time_days,
    errors.time_days / errors.month_days as time_months,
    errors.n_risk,
    errors.n_event,
    errors.n_competing,
    errors.n_censored,
    errors.estimate,
    errors.std_error,
    case
        when errors.time_days = 0 and errors.estimate = 0 then 0
        else survival.limit_of(errors.estimate, errors.std_error, -1, errors.transform, errors.z)
    end as ci_lower,
    case
        when errors.time_days = 0 and errors.estimate = 0 then 0
        else survival.limit_of(errors.estimate, errors.std_error, 1, errors.transform, errors.z)
    end as ci_upper,
    errors.conditional_from_months,
    errors.day_status as status
from errors
order by errors.stratum_order, errors.stratum, errors.event_order, errors.time_days;

comment on macro table survival.incidence is
'One row per stratum, event and day: the cumulative incidence of the event and the competing one.';

-- The step value, carried forward past the last observation with nobody at risk.
create or replace macro survival.incidence_rate(
    endpoint, months, population := null, by_factor := null, landmark := null,
    time_dependent := false, delayed_entry := false
) as table
with curve as (
    from survival.incidence(
        endpoint, population := population, by_factor := by_factor, landmark := landmark,
        time_dependent := time_dependent, delayed_entry := delayed_entry
    )
),

strata as (
    select
        known.* replace (
            case causes.event when 'event' then known.total_events else known.total_competing end
                as total_events
        ),
        causes.event,
        causes.event_order
    from survival.known_strata(
        endpoint, population := population, by_factor := by_factor, landmark := landmark,
        time_dependent := time_dependent, delayed_entry := delayed_entry
    ) as known
    inner join (values ('event', 1), ('competing', 2)) as causes (event, event_order) on true
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
        asked.event,
        asked.time_months,
        max(curve.time_days) filter (where curve.time_days <= asked.asked_day) as held_day,
        coalesce(
            min_by(curve.n_risk, curve.time_days)
                filter (where curve.time_days >= asked.asked_day),
            0
        ) as n_risk
    from asked
    inner join curve on asked.stratum = curve.stratum and asked.event = curve.event
    group by all
)

select
    asked.stratum,
    asked.event,
    asked.total_subjects as n,
    asked.total_events as n_event,
    asked.time_months,
    case when asked.asked_status = 'ok' then steps.estimate end as estimate,
    case when asked.asked_status = 'ok' then steps.std_error end as std_error,
    case when asked.asked_status = 'ok' then steps.ci_lower end as ci_lower,
    case when asked.asked_status = 'ok' then steps.ci_upper end as ci_upper,
    held.n_risk,
    asked.conditional_from_months,
    asked.asked_status as status
from asked
inner join held
    on
        asked.stratum = held.stratum
        and asked.event = held.event
        and asked.time_months = held.time_months
inner join curve as steps
    on
        held.stratum = steps.stratum
        and held.event = steps.event
        and held.held_day = steps.time_days
order by asked.stratum_order, asked.stratum, asked.event_order, asked.time_months;

comment on macro table survival.incidence_rate is
'One row per stratum, event and month: the cumulative incidence; months is a number or a list.';
