-- The days on which a curve is known. Without late entries it is known on all of them. With late
-- entries it starts on the last day, up to that of the largest risk set, with fewer than
-- `smallest_risk_set` at risk, and is conditional on no event by then; it ends on the first day
-- with an event among fewer, if later at least twice as many, and enough, are at risk. See
-- docs/statistics.md, delayed entry.
--
--   start_day       0 for the origin; NULL where never enough are at risk
--   end_day         the first day on which the curve is unknown again; NULL: there is none
--   reverse_end_day the same of the reverse curve of survival.follow_up, whose events are censorings
--   given_...       numbers of the day, and of the stratum, that the curve is estimated from
--   status          what of the stratum is not estimable; of the day, if the curve is unknown on it

create or replace macro survival.status_on(day, start_day, end_day, status) as
case
    when status = 'ok' and (day < start_day or day >= end_day)
        then 'not estimable: fewer at risk than smallest_risk_set'
    else status
end;

comment on macro survival.status_on is
'The status of a curve on a day: that of its stratum, or too few at risk on this day.';

create or replace macro survival.known_counts(
    endpoint, population := null, by_factor := null, landmark := null,
    time_dependent := false, delayed_entry := false
) as table
with counts as (
    select
        counts.*,
        bool_or(counts.n_entry > 0 and counts.time_days > 0) over whole as has_late_entries,
        max(counts.n_risk) over whole as largest_risk_set,
        max(counts.n_risk) over from_day as later_risk_set,
        first_value(counts.time_days) over by_size as largest_day,
        conventions.smallest_risk_set
    from survival.risk_counts(
        endpoint, population := population, by_factor := by_factor, landmark := landmark,
        time_dependent := time_dependent, delayed_entry := delayed_entry
    ) as counts
    inner join survival.conventions as conventions on true
    window
        whole as (partition by counts.stratum),
        from_day as (
            partition by counts.stratum order by counts.time_days
            rows between current row and unbounded following
        ),
        by_size as (partition by counts.stratum order by counts.n_risk desc, counts.time_days)
),

-- the last day with too few at risk before the largest risk set
few as (
    select
        counts.*,
        max(case
            when counts.time_days < counts.largest_day
                and counts.n_risk < counts.smallest_risk_set
                then counts.time_days
        end) over (partition by counts.stratum) as few_day
    from counts
),

lost as (
    select
        few.*,
        few.has_late_entries
        and few.time_days > coalesce(few.few_day, -1)
        and few.n_risk < few.smallest_risk_set
        and few.later_risk_set >= few.smallest_risk_set
        and few.later_risk_set >= 2 * few.n_risk as is_lost
    from few
),

spans as (
    select
        lost.*,
        case
            when not lost.has_late_entries then 0
            when lost.largest_risk_set >= lost.smallest_risk_set then coalesce(lost.few_day, 0)
        end as start_day,
        min(case
            when lost.is_lost and lost.n_event + lost.n_competing > 0 then lost.time_days
        end) over whole as end_day,
        min(case when lost.is_lost and lost.n_censored > 0 then lost.time_days end) over whole
            as reverse_end_day
    from lost
    window whole as (partition by lost.stratum)
),

given as (
    select
        spans.*,
        coalesce(spans.start_day = 0 or spans.time_days > spans.start_day, true) as is_after_start
    from spans
),

totals as (
    select
        given.*,
        case when given.is_after_start then given.n_event else 0 end as given_event,
        case when given.is_after_start then given.n_competing else 0 end as given_competing,
        case when given.is_after_start then given.n_censored else 0 end as given_censored,
        cast(sum(given.n_event) filter (where given.is_after_start) over whole as bigint)
            as given_events,
        cast(
            sum(given.n_competing) filter (where given.is_after_start) over whole as bigint
        ) as given_competing_events,
        cast(
            sum(given.n_event + given.n_competing + given.n_censored)
                filter (where given.is_after_start) over whole as bigint
        ) as given_subjects
    from given
    window whole as (partition by given.stratum)
),

judged as (
    select
        totals.*,
        case
            when totals.total_subjects = 0 then 'not estimable: no subjects'
            when totals.total_subjects > 1 and totals.start_day is null
                then 'not estimable: fewer at risk than smallest_risk_set'
            when totals.given_subjects = 1 or totals.start_day is null
                then 'not estimable: fewer than two subjects at risk'
            else 'ok'
        end as status
    from totals
)

select
    judged.stratum,
    judged.stratum_order,
    judged.time_days,
    judged.n_entry,
    judged.n_risk,
    judged.n_event,
    judged.n_competing,
    judged.n_censored,
    judged.total_subjects,
    judged.total_events,
    judged.total_competing,
    judged.has_late_entries,
    judged.start_day,
    judged.end_day,
    judged.reverse_end_day,
    case when judged.start_day > 0 then judged.start_day / conventions.days_per_month end
        as conditional_from_months,
    judged.given_event,
    judged.given_competing,
    judged.given_censored,
    judged.given_events,
    judged.given_competing_events,
    judged.status,
    survival.status_on(judged.time_days, judged.start_day, judged.end_day, judged.status)
        as day_status
from judged
inner join survival.conventions as conventions on true
order by judged.stratum_order, judged.stratum, judged.time_days;

comment on macro table survival.known_counts is
'One row per stratum and day: risk_counts, with the days on which the curve of the stratum is known.';

create or replace macro survival.known_strata(
    endpoint, population := null, by_factor := null, landmark := null,
    time_dependent := false, delayed_entry := false
) as table
select
    counts.stratum,
    counts.stratum_order,
    counts.total_subjects,
    counts.total_events,
    counts.total_competing,
    counts.given_events,
    counts.start_day,
    counts.end_day,
    counts.conditional_from_months,
    counts.status,
    max(counts.time_days) as last_day
from survival.known_counts(
    endpoint, population := population, by_factor := by_factor, landmark := landmark,
    time_dependent := time_dependent, delayed_entry := delayed_entry
) as counts
group by all
order by counts.stratum_order, counts.stratum;

comment on macro table survival.known_strata is
'One row per stratum: its subjects and events, the days on which its curve is known, and its last day.';
