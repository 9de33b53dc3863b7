-- Who is counted, in which group, from when until when. Every other function starts here.
--
--   endpoint        paramcd of endpoints.csv
--   population      of populations.csv; by default the population of the endpoint
--   by_factor       categorical factor whose levels are the groups; by default one group, `all`
--   landmark        a day after the origin: time is counted from it, groups are as known on it; who
--                   had the event or was censored by then is left out, and who is not known by
--                   then to be of the population or of a group
--   time_dependent  after the landmark subjects move between the groups (Simon and Makuch)
--   delayed_entry   who becomes a member after the origin is at risk only from then on

create or replace macro survival.asked(
    endpoint, population := null, by_factor := null, landmark := null,
    time_dependent := false, delayed_entry := false
) as table
with given as (
    select
        cast(endpoint as varchar) as paramcd,
        cast(population as varchar) as population_given,
        cast(by_factor as varchar) as factor_name,
        cast(landmark as double) as landmark_days,
        coalesce(cast(time_dependent as boolean), false) as is_moving,
        coalesce(cast(delayed_entry as boolean), false) as is_delayed
),

choices as (
    select
        given.paramcd,
        (
            select string_agg(distinct every.endpoint, ', ' order by every.endpoint)
            from survival.populations as every
        ) as endpoints,
        (
            select string_agg(every.population, ', ' order by every.population_order)
            from survival.populations as every
            where every.endpoint = given.paramcd and every.refused is null
        ) as populations,
        (
            select string_agg(every.factor, ', ' order by every.factor_order)
            from survival.factors as every
            where every.endpoint = given.paramcd and every.refused is null
        ) as factors
    from given
),

named as (
    select
        given.paramcd,
        given.factor_name,
        given.landmark_days,
        given.is_moving,
        given.is_delayed,
        coalesce(given.population_given, own.population) as population_name,
        own.endpoint is not null as is_endpoint,
        members.population is not null as is_population,
        groups.factor is not null as is_factor,
        members.refused as population_refused,
        groups.refused as factor_refused,
        groups.forms_later,
        concat_ws('; ', members.known_later, groups.known_later) as known_later,
        list_filter(string_split(members.entry_facts, ','), lambda fact: fact <> '')
            as population_facts,
        list_filter(
            string_split(coalesce(groups.entry_facts, ''), ','), lambda fact: fact <> ''
        ) as factor_facts,
        choices.endpoints,
        choices.populations,
        choices.factors
    from given
    inner join choices on true
    left join survival.populations as own on given.paramcd = own.endpoint and own.is_own
    left join survival.populations as members
        on
            given.paramcd = members.endpoint
            and coalesce(given.population_given, own.population) = members.population
    left join survival.factors as groups
        on given.paramcd = groups.endpoint and given.factor_name = groups.factor
),

judged as (
    select
        *,
        case
            when is_endpoint is not true then
                'There is no endpoint ''' || coalesce(paramcd, 'NULL') || '''; choose one of '
                || coalesce(endpoints, 'none') || '.'
            when not is_population then
                'There is no population ''' || population_name || '''; of ' || paramcd
                || ' choose one of ' || coalesce(populations, 'none') || '.'
            when population_refused is not null then population_refused
            when factor_name is not null and not is_factor then
                'There is no factor ''' || factor_name || '''; choose one of '
                || coalesce(factors, 'none') || '.'
            when factor_refused is not null then
                factor_refused || ' Choose one of ' || coalesce(factors, 'none') || '.'
            when landmark_days <= 0 or not isfinite(landmark_days) then
                'landmark := ' || landmark_days || ' is not a day after the origin; write a '
                || 'positive number of days, such as landmark := 90.'
            when is_moving and forms_later is null then
                'time_dependent := true needs groups that change after the origin; '
                || coalesce(
                    'factor ''' || factor_name || ''' never changes, so leave it out.',
                    'name their factor as by_factor.'
                )
            when is_moving and landmark_days is null then
                'time_dependent := true needs the day on which its curves start; add '
                || 'landmark := days.'
            when is_moving and known_later <> '' and not is_delayed then
                paramcd || ': ' || known_later || ' is known only after the origin of ' || paramcd
                || ', which causes immortal time bias; add delayed_entry := true, so that each '
                || 'patient is at risk from the day it is known.'
            when forms_later is not null and landmark_days is null then
                paramcd || ': ' || forms_later || ' is known only after the origin of ' || paramcd
                || ', which causes immortal time bias; add landmark := days, so that the groups '
                || 'are as of that day and time is counted from it, and time_dependent := true '
                || 'for groups that change after it.'
            when known_later <> '' and landmark_days is null and not is_delayed then
                paramcd || ': ' || known_later || ' is known only after the origin of ' || paramcd
                || ', which causes immortal time bias; add landmark := days, which counts those '
                || 'known by that day from it on, or delayed_entry := true, so that each patient '
                || 'is at risk from the day it is known.'
        end as mistake
    from named
)

select
    paramcd,
    population_name,
    factor_name,
    landmark_days,
    is_moving,
    is_delayed,
    population_facts,
    factor_facts
from judged
where case when mistake is null then true else error(mistake) end;

comment on macro table survival.asked is
'One row: the question with its defaults; a mistake in it, or immortal time, is an error.';

create or replace macro survival.subjects(
    endpoint, population := null, by_factor := null, landmark := null,
    time_dependent := false, delayed_entry := false
) as table
with asked as materialized (
    from survival.asked(
        endpoint, population := population, by_factor := by_factor, landmark := landmark,
        time_dependent := time_dependent, delayed_entry := delayed_entry
    )
),

members as (
    select
        asked.*,
        ends.usubjid,
        ends.aval,
        ends.event_code
    from asked
    inner join marts.time_to_event as ends on asked.paramcd = ends.paramcd
    inner join marts.population_members as members
        on ends.usubjid = members.usubjid and asked.population_name = members.population
),

-- on which day the last of the facts that decide on the membership or the group happened
days_known as (
    select
        entries.usubjid,
        count(distinct entries.fact)
            filter (where list_contains(asked.population_facts, entries.fact)) as n_of_population,
        max(entries.day)
            filter (where list_contains(asked.population_facts, entries.fact)) as population_day,
        count(distinct entries.fact)
            filter (where list_contains(asked.factor_facts, entries.fact)) as n_of_factor,
        max(entries.day)
            filter (where list_contains(asked.factor_facts, entries.fact)) as factor_day
    from asked
    inner join marts.entry_times as entries
        on
            asked.paramcd = entries.paramcd
            and list_contains(
                list_concat(asked.population_facts, asked.factor_facts), entries.fact
            )
    group by entries.usubjid
),

changes as (
    select
        changes.usubjid,
        changes.day,
        changes.level,
        lead(changes.day) over (partition by changes.usubjid order by changes.day) as next_day
    from asked
    inner join marts.factor_changes as changes
        on asked.paramcd = changes.paramcd and asked.factor_name = changes.factor
),

-- a change on the landmark day has happened
levels_at_landmark as (
    select
        changes.usubjid,
        max_by(changes.level, changes.day) as level
    from asked
    inner join changes on changes.day <= asked.landmark_days
    group by changes.usubjid
),

on_clock as (
    select
        members.usubjid,
        case
            when members.factor_name is null then 'all'
            else
                coalesce(
                    spells.level, levels_at_landmark.level, baseline.level, 'unknown'
                )
        end as stratum,
        greatest(
            case
                when members.is_delayed then
                    greatest(
                        coalesce(days_known.population_day, 0), coalesce(days_known.factor_day, 0)
                    ) - coalesce(members.landmark_days, 0)
                else 0
            end,
            coalesce(spells.day, 0) - coalesce(members.landmark_days, 0),
            0
        ) as entry_day,
        coalesce(spells.next_day, members.aval) - coalesce(members.landmark_days, 0) as exit_day,
        case when spells.next_day is null then members.event_code else 0 end as event_code,
        members.landmark_days,
        -- with a landmark the membership and the group are known by it
        coalesce(days_known.n_of_population, 0) = len(members.population_facts)
        and coalesce(days_known.n_of_factor, 0) = len(members.factor_facts)
        and (
            members.is_delayed
            or coalesce(
                greatest(days_known.population_day, days_known.factor_day)
                <= members.landmark_days,
                true
            )
        ) as is_known
    from members
    left join days_known on members.usubjid = days_known.usubjid
    -- a row per spell where the groups are time-dependent
    left join changes as spells on members.is_moving and members.usubjid = spells.usubjid
    left join levels_at_landmark on members.usubjid = levels_at_landmark.usubjid
    left join marts.subject_factors as baseline
        on members.usubjid = baseline.usubjid and members.factor_name = baseline.factor
)

select
    on_clock.usubjid,
    on_clock.stratum,
    cast(on_clock.entry_day as double) as entry_day,
    cast(on_clock.exit_day as double) as exit_day,
    on_clock.event_code
from on_clock
where
    on_clock.is_known
    and (on_clock.entry_day = 0 or on_clock.exit_day > on_clock.entry_day)
    and (on_clock.landmark_days is null or on_clock.exit_day > 0)
order by on_clock.usubjid, on_clock.entry_day;

comment on macro table survival.subjects is
'One row per subject, or per spell in a group: stratum, days of entry and exit, event_code.';

create or replace macro survival.risk_counts(
    endpoint, population := null, by_factor := null, landmark := null,
    time_dependent := false, delayed_entry := false
) as table
with asked as materialized (
    from survival.asked(
        endpoint, population := population, by_factor := by_factor, landmark := landmark,
        time_dependent := time_dependent, delayed_entry := delayed_entry
    )
),

subjects as materialized (
    from survival.subjects(
        endpoint, population := population, by_factor := by_factor, landmark := landmark,
        time_dependent := time_dependent, delayed_entry := delayed_entry
    )
),

-- every level of the factor, of nobody too, in its order; unknown comes last if somebody is
strata as (
    select
        'all' as stratum,
        1 as stratum_order
    from asked
    where asked.factor_name is null
    union all
    select
        levels.level as stratum,
        levels.level_order as stratum_order
    from asked
    inner join survival.levels as levels on asked.factor_name = levels.factor
    union all
    select distinct
        subjects.stratum,
        case when subjects.stratum = 'unknown' then 1000001 else 1000000 end as stratum_order
    from asked
    inner join subjects on true
    where
        asked.factor_name is not null
        and not exists (
            select 1
            from survival.levels as levels
            where levels.factor = asked.factor_name and levels.level = subjects.stratum
        )
),

changes_in_risk_set as (
    select
        strata.stratum,
        cast(0 as double) as day,
        0 as n_entry,
        cast(null as integer) as event_code
    from strata
    union all
    select
        subjects.stratum,
        subjects.entry_day as day,
        1 as n_entry,
        cast(null as integer) as event_code
    from subjects
    union all
    select
        subjects.stratum,
        subjects.exit_day as day,
        0 as n_entry,
        subjects.event_code
    from subjects
),

counts as (
    select
        changes_in_risk_set.stratum,
        changes_in_risk_set.day,
        cast(sum(changes_in_risk_set.n_entry) as bigint) as n_entry,
        count(*) filter (where changes_in_risk_set.event_code = 1) as n_event,
        count(*) filter (where changes_in_risk_set.event_code = 2) as n_competing,
        count(*) filter (where changes_in_risk_set.event_code = 0) as n_censored
    from changes_in_risk_set
    group by changes_in_risk_set.stratum, changes_in_risk_set.day
),

-- who enters on a day is at risk from the next one; those of day 0 are there from the start
counts_with_risk as (
    select
        counts.*,
        case
            when counts.day = 0 then counts.n_entry
            else cast(sum(counts.n_entry - counts.n_event - counts.n_competing - counts.n_censored)
                over before as bigint)
        end as n_risk,
        cast(sum(counts.n_entry) over whole as bigint) as total_subjects,
        cast(sum(counts.n_event) over whole as bigint) as total_events,
        cast(sum(counts.n_competing) over whole as bigint) as total_competing
    from counts
    window
        before as (
            partition by counts.stratum order by counts.day
            rows between unbounded preceding and 1 preceding
        ),
        whole as (partition by counts.stratum)
)

select
    strata.stratum,
    strata.stratum_order,
    counts_with_risk.day as time_days,
    counts_with_risk.n_entry,
    counts_with_risk.n_risk,
    counts_with_risk.n_event,
    counts_with_risk.n_competing,
    counts_with_risk.n_censored,
    counts_with_risk.total_subjects,
    counts_with_risk.total_events,
    counts_with_risk.total_competing
from strata
inner join counts_with_risk on strata.stratum = counts_with_risk.stratum
order by strata.stratum_order, strata.stratum, counts_with_risk.day;

comment on macro table survival.risk_counts is
'One row per stratum and day: numbers at risk just before it, with an event on it, censored on it.';
