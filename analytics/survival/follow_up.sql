-- How long the subjects were followed: the reverse Kaplan-Meier median, which has no limits, and
-- ranges, as in results.follow_up. An event of a day leaves before its censorings are counted. With
-- late entries the reverse curve starts where enough are at risk. Who moves to another group is
-- still followed, only not in this one, so that such groups have no follow-up.

create or replace macro survival.follow_up(
    endpoint, population := null, by_factor := null, landmark := null,
    time_dependent := false, delayed_entry := false
) as table
with counts as (
    from survival.known_counts(
        endpoint, population := population, by_factor := by_factor, landmark := landmark,
        time_dependent := time_dependent, delayed_entry := delayed_entry
    )
),

followed as (
    select
        counts.*,
        counts.n_event + counts.n_competing + counts.n_censored as n_leaving,
        product(
            1 - counts.given_censored
            / nullif(counts.n_risk - counts.given_event - counts.given_competing, 0)
        ) over to_date as still_followed,
        sum(counts.n_censored) over to_date as n_censored_to_date,
        sum(counts.n_censored) over whole as total_censored
    from counts
    window
        to_date as (partition by counts.stratum order by counts.time_days),
        whole as (partition by counts.stratum)
),

known as (
    select
        followed.*,
        case
            when followed.start_day is null or followed.time_days >= followed.reverse_end_day
                then null
            else coalesce(followed.still_followed, 1)
        end as height
    from followed
),

falls as (
    select
        known.*,
        min(case when known.height < 0.5 - 1e-8 then known.time_days end)
            over (partition by known.stratum) as fall_day
    from known
),

days as (
    select
        falls.stratum,
        falls.stratum_order,
        falls.total_subjects,
        falls.total_events,
        falls.total_censored,
        falls.start_day is null or falls.reverse_end_day is not null as is_known_in_part,
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
    case when not coalesce(cast(time_dependent as boolean), false) then told.line.day end
    / conventions.days_per_month as months,
    case
        when coalesce(cast(time_dependent as boolean), false)
            then 'not estimable: subjects move between the strata'
        when told.total_subjects = 0 then 'not estimable: no subjects'
        when told.line.day is not null then 'ok'
        when told.line.place = 1 and told.is_known_in_part
            then 'not estimable: fewer at risk than smallest_risk_set'
        when told.total_censored > 0 then 'not estimable: median not reached'
        else 'not estimable: nobody censored'
    end as status
from told
inner join survival.conventions as conventions on true
order by told.stratum_order, told.stratum, told.line.place;

comment on macro table survival.follow_up is
'One row per stratum, statistic and set of subjects: how long the subjects were followed.';
