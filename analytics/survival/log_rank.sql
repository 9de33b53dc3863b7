-- The log-rank test of the groups of a factor, with or without strata, as in results.group_test.
-- With time_dependent it is the test of Mantel and Byar. A competing event leaves the risk set like
-- a censoring, so that cause-specific hazards are compared.

-- vector' inverse(matrix) vector of a covariance matrix, by elimination on the correlations: what
-- is left of the corner of [[C, u], [u', 0]] is the negative of it. NULL when a pivot falls below
-- 1e-10: the matrix is singular to working precision.
create or replace macro survival.quadratic_form(vector, matrix) as
-list_reduce(
    list_concat(
        [
            list_append(
                [
                    list_append(
                        [
                            matrix[i][j] / sqrt(matrix[i][i]) / sqrt(matrix[j][j])
                            for j in range(1, len(vector) + 1)
                        ],
                        vector[i] / sqrt(matrix[i][i])
                    )
                    for i in range(1, len(vector) + 1)
                ],
                list_append(
                    [vector[j] / sqrt(matrix[j][j]) for j in range(1, len(vector) + 1)],
                    cast(0 as double)
                )
            )
        ],
        [cast([] as double[][]) for k in range(1, len(vector) + 1)]
    ),
    lambda corner, nothing, k: [
        [
            corner[i][j]
            - corner[i][k - 1] * corner[k - 1][j]
            / case when corner[k - 1][k - 1] >= 1e-10 then corner[k - 1][k - 1] end
            for j in range(1, len(vector) + 2)
        ]
        for i in range(1, len(vector) + 2)
    ]
)[len(vector) + 1][len(vector) + 1];

comment on macro survival.quadratic_form is
'vector'' inverse(matrix) vector; NULL when the matrix is singular.';

create or replace macro survival.log_rank(
    endpoint, by_factor, population := null, landmark := null, stratified_by := null,
    time_dependent := false, delayed_entry := false
) as table
with asked as materialized (
    select asked.*
    from survival.asked(
        endpoint, population := population, by_factor := by_factor, landmark := landmark,
        time_dependent := time_dependent, delayed_entry := delayed_entry
    ) as asked
    where
        case
            when asked.factor_name is not null then true
            else error('A log-rank test compares groups; name their factor as by_factor.')
        end
),

subjects as materialized (
    from survival.subjects(
        endpoint, population := population, by_factor := by_factor, landmark := landmark,
        time_dependent := time_dependent, delayed_entry := delayed_entry
    )
),

stratifying as (
    select
        unnest(named.factors) as factor_name,
        generate_subscripts(named.factors, 1) as factor_order
    from (
        select
            cast(
                '[' || trim(cast(stratified_by as varchar), '[]') || ']' as varchar[]
            ) as factors
    ) as named
),

judged as (
    select
        asked.paramcd,
        stratifying.factor_name,
        stratifying.factor_order,
        case
            when factors.factor is null then
                'There is no factor ''' || stratifying.factor_name || '''; choose one of '
                || (
                    select string_agg(every.factor, ', ' order by every.factor_order)
                    from survival.factors as every
                    where
                        every.endpoint = asked.paramcd
                        and every.refused is null
                        and every.forms_later is null
                ) || ' as stratified_by.'
            when factors.refused is not null then factors.refused
            when factors.forms_later is not null or factors.known_later is not null then
                asked.paramcd || ': '
                || coalesce(factors.forms_later, factors.known_later)
                || ' is known only after the origin, but the strata of a test need a baseline '
                || 'factor; choose one.'
            when stratifying.factor_name = asked.factor_name then
                'Factor ''' || asked.factor_name || ''' cannot form the groups and the strata '
                || 'of one test; name another one as stratified_by.'
        end as mistake
    from asked
    inner join stratifying on true
    left join survival.factors as factors
        on asked.paramcd = factors.endpoint and stratifying.factor_name = factors.factor
),

strata_factors as (
    select
        judged.factor_name,
        judged.factor_order
    from judged
    where case when judged.mistake is null then true else error(judged.mistake) end
),

n_factors as (
    select count(*) as n
    from strata_factors
),

test_strata as (
    select
        levels.usubjid,
        list(levels.level order by strata_factors.factor_order) as test_stratum
    from strata_factors
    inner join marts.subject_factors as levels on strata_factors.factor_name = levels.factor
    where levels.level is not null
    group by levels.usubjid
),

-- of a known group, in a known stratum
compared as (
    select
        subjects.stratum as grp,
        coalesce(test_strata.test_stratum, cast([] as varchar[])) as test_stratum,
        subjects.entry_day,
        subjects.exit_day,
        subjects.event_code
    from subjects
    inner join n_factors on true
    left join test_strata on subjects.usubjid = test_strata.usubjid
    where
        subjects.stratum <> 'unknown'
        and len(coalesce(test_strata.test_stratum, cast([] as varchar[]))) = n_factors.n
),

sizes as (
    select
        (select count(*) from compared) as n,
        (select count(*) from compared where compared.event_code = 1) as n_event,
        (select count(*) from subjects) - (select count(*) from compared) as n_missing,
        (select count(distinct compared.test_stratum) from compared) as n_strata
),

event_days as (
    select distinct
        compared.test_stratum,
        compared.exit_day as day
    from compared
    where compared.event_code = 1
),

groups as (
    select distinct
        compared.test_stratum,
        compared.grp
    from compared
),

-- a change of the risk set counts from the next day on, but entries of day 0 are there from the
-- start; -1 stands before every day
changes_in_risk_set as (
    select
        compared.test_stratum,
        compared.grp,
        case when compared.entry_day = 0 then -1 else compared.entry_day end as day,
        1 as n_risk_change,
        0 as d
    from compared
    union all
    select
        compared.test_stratum,
        compared.grp,
        compared.exit_day as day,
        -1 as n_risk_change,
        case when compared.event_code = 1 then 1 else 0 end as d
    from compared
    union all
    select
        event_days.test_stratum,
        groups.grp,
        event_days.day,
        0 as n_risk_change,
        0 as d
    from event_days
    inner join groups on event_days.test_stratum = groups.test_stratum
),

days as (
    select
        changes_in_risk_set.test_stratum,
        changes_in_risk_set.grp,
        changes_in_risk_set.day,
        sum(changes_in_risk_set.n_risk_change) as n_risk_change,
        sum(changes_in_risk_set.d) as d
    from changes_in_risk_set
    group by all
),

risk_sets as (
    select
        days.test_stratum,
        days.grp,
        days.day,
        cast(days.d as double) as d,
        cast(coalesce(
            sum(days.n_risk_change) over (
                partition by days.test_stratum, days.grp order by days.day
                rows between unbounded preceding and 1 preceding
            ),
            0
        ) as double) as n_risk
    from days
),

-- the days with an event, with the sums over the groups
on_event_days as (
    select
        risk_sets.*,
        sum(risk_sets.d) over on_day as all_d,
        sum(risk_sets.n_risk) over on_day as all_n,
        count(*) filter (where risk_sets.n_risk > 0) over on_day as n_groups
    from risk_sets
    inner join event_days
        on risk_sets.test_stratum = event_days.test_stratum and risk_sets.day = event_days.day
    window on_day as (partition by risk_sets.test_stratum, risk_sets.day)
),

shares as (
    select
        on_event_days.*,
        on_event_days.n_risk / on_event_days.all_n as share,
        case
            when on_event_days.all_n > 1
                then
                    on_event_days.all_d * (on_event_days.all_n - on_event_days.all_d)
                    / (on_event_days.all_n - 1)
            else 0
        end as spread,
        coalesce(
            bool_or(on_event_days.n_groups > 1 and on_event_days.all_d < on_event_days.all_n)
                over (partition by on_event_days.test_stratum),
            false
        ) as is_informative
    from on_event_days
),

-- only groups in which an event was expected are compared; strata without information add nothing
expected as (
    select
        shares.grp,
        sum(shares.all_d * shares.share) as expected,
        coalesce(
            sum(shares.d - shares.all_d * shares.share) filter (where shares.is_informative), 0
        ) as excess
    from shares
    group by shares.grp
    having sum(shares.all_d * shares.share) > 0
),

numbered as (
    select
        expected.*,
        row_number() over (order by expected.grp) as place,
        count(*) over () as n_groups
    from expected
),

covariances as (
    select
        one.place as row_place,
        other.place as column_place,
        coalesce(
            sum(
                these.spread
                * (case when one.grp = other.grp then these.share else 0 end
                    - these.share * those.share)
            ) filter (where these.is_informative),
            0
        ) as covariance
    from numbered as one
    inner join numbered as other on true
    left join shares as these on one.grp = these.grp
    left join shares as those
        on
            other.grp = those.grp
            and these.test_stratum = those.test_stratum
            and these.day = those.day
    where one.place < one.n_groups and other.place < other.n_groups
    group by all
),

matrix_rows as (
    select
        covariances.row_place,
        list(covariances.covariance order by covariances.column_place) as covariance_row
    from covariances
    group by covariances.row_place
),

sums as (
    select
        (select count(*) from numbered) as n_compared,
        (
            select list(numbered.excess order by numbered.place)
            from numbered
            where numbered.place < numbered.n_groups
        ) as excess,
        (select list(matrix_rows.covariance_row order by matrix_rows.row_place) from matrix_rows)
            as covariance,
        (
            select count(distinct shares.test_stratum)
            from shares
            where shares.is_informative
        ) as n_informative
),

tested as (
    select
        sums.*,
        case
            when
                sums.n_compared > 1
                and len(list_filter(
                    range(1, sums.n_compared), lambda i: sums.covariance[i][i] <= 0
                )) = 0
                then survival.quadratic_form(sums.excess, sums.covariance)
        end as quadratic
    from sums
),

result as (
    select
        tested.*,
        case
            when sizes.n_event = 0 then null
            when tested.quadratic < 0 then 0
            else tested.quadratic
        end as statistic,
        sizes.n,
        sizes.n_event,
        sizes.n_missing,
        sizes.n_strata,
        asked.is_moving,
        n_factors.n > 0 as is_stratified
    from tested
    inner join sizes on true
    inner join asked on true
    inner join n_factors on true
)

select
    case when result.is_stratified then 'stratified_' else '' end
    || case when result.is_moving then 'mantel_byar' else 'log_rank' end as test,
    result.n,
    result.n_event,
    result.n_missing,
    case when result.is_stratified then result.n_strata end as n_strata,
    case when result.is_stratified then result.n_informative end as n_strata_informative,
    result.statistic,
    case when result.statistic is not null then cast(result.n_compared - 1 as integer) end as df,
    survival.chi_square_p(result.statistic, result.n_compared - 1) as p_value,
    case
        when result.n_event = 0 then 'not estimable: no events'
        when result.n_compared < 2 then 'not estimable: fewer than two groups at risk'
        when result.statistic is null
            then
                'not estimable: no event tells the groups apart '
                || '(never at risk together, or all at once)'
        else 'ok'
    end as status
from result;

comment on macro table survival.log_rank is
'One row: whether the hazards of the groups of a factor differ, in strata or not.';
