-- How long the subjects were followed: the reverse Kaplan-Meier median, which has no limits, and
-- ranges, as in results.follow_up. An event of a day leaves before its censorings are counted.

create or replace macro survival.follow_up(
    endpoint, population := null, by_factor := null, landmark := null, delayed_entry := false
) as table
with counts as (
    from survival.risk_counts(
        endpoint, population := population, by_factor := by_factor, landmark := landmark,
        delayed_entry := delayed_entry
    )
),

followed as (
    select
        counts.*,
        counts.n_event + counts.n_competing + counts.n_censored as n_leaving,
        product(
            1 - counts.n_censored
            / nullif(counts.n_risk - counts.n_event - counts.n_competing, 0)
        ) over to_date as still_followed,
        sum(counts.n_censored) over to_date as n_censored_to_date,
        sum(counts.n_censored) over whole as total_censored
    from counts
    window
        to_date as (partition by counts.stratum order by counts.time_days),
        whole as (partition by counts.stratum)
),

falls as (
    select
        followed.*,
        coalesce(followed.still_followed, 1) as height,
        min(case when coalesce(followed.still_followed, 1) < 0.5 - 1e-8 then followed.time_days end)
            over (partition by followed.stratum) as fall_day
    from followed
),

days as (
    select
        falls.stratum,
        falls.stratum_order,
        falls.total_subjects,
        falls.total_events,
        falls.total_censored,
        falls.status,
        (
            coalesce(
                min(falls.time_days) filter (
                    where falls.time_days < falls.fall_day and abs(falls.height - 0.5) <= 1e-8
                ),
                min(falls.fall_day)
            )
            + min(falls.fall_day)
        ) / 2 as reverse_km_median,
        (
            min(falls.time_days) filter (
                where falls.n_censored_to_date >= (falls.total_censored + 1) // 2
            )
            + min(falls.time_days) filter (
                where falls.n_censored_to_date >= falls.total_censored // 2 + 1
            )
        ) / 2 as median_censored,
        min(falls.time_days) filter (where falls.n_censored > 0) as first_censored,
        max(falls.time_days) filter (where falls.n_censored > 0) as last_censored,
        min(falls.time_days) filter (where falls.n_leaving > 0) as first_of_all,
        max(falls.time_days) filter (where falls.n_leaving > 0) as last_of_all
    from falls
    group by all
),

told as (
    select
        days.*,
        unnest([
            {'place': 1, 'statistic': 'reverse_km_median', 'of': 'all', 'day': days.reverse_km_median},
            {
                'place': 2, 'statistic': 'median_censored', 'of': 'censored',
                'day': case when days.total_censored > 0 then days.median_censored end
            },
            {'place': 3, 'statistic': 'min', 'of': 'censored', 'day': days.first_censored},
            {'place': 4, 'statistic': 'max', 'of': 'censored', 'day': days.last_censored},
            {'place': 5, 'statistic': 'min', 'of': 'all', 'day': days.first_of_all},
            {'place': 6, 'statistic': 'max', 'of': 'all', 'day': days.last_of_all}
        ]) as line
    from days
)

select
    told.stratum,
    told.total_subjects as n,
    told.total_events as n_event,
    told.line.statistic as statistic,
    told.line.of as over,
    told.line.day / conventions.days_per_month as months,
    case
        when told.total_subjects = 0 then told.status
        when told.line.day is not null then 'ok'
        when told.total_censored > 0 then 'not estimable: median not reached'
        else 'not estimable: nobody censored'
    end as status
from told
inner join survival.conventions as conventions on true
order by told.stratum_order, told.stratum, told.line.place;

comment on macro table survival.follow_up is
'One row per stratum, statistic and set of subjects: how long the subjects were followed.';
