"""Curves, medians, rates and tests of a frame of one's own.

Names, columns and units are those of the functions of schema `survival` of a release, and so are
the numbers: `tests/api` compares them.
"""

from collections.abc import Sequence
from typing import Any, Final

import polars as pl

from analytics.api.given import (
    CODE,
    GROUP,
    STANDARD,
    UNKNOWN,
    Conventions,
    counts_by_group,
    frame_of,
    given_data,
    known_levels,
    months_of,
    names_of,
    refuse_competing,
    refuse_other_length,
    subjects,
    told,
)
from analytics.errors import UsageError
from analytics.methods.chi_square import TestResult
from analytics.methods.competing_risks import cumulative_incidence_at
from analytics.methods.gray import n_informative_strata as informative_of_gray
from analytics.methods.gray import stratified_gray_test
from analytics.methods.kaplan_meier import survival_at
from analytics.methods.log_rank import n_informative_strata, stratified_log_rank_test
from analytics.results.clock import in_days
from analytics.results.curves import (
    curve_rows,
    follow_up_rows,
    rate_rows,
    summary_rows,
    survival_estimator,
)
from analytics.results.incidences import EVENTS, incidence_estimator
from analytics.results.known_curves import known_curve
from analytics.results.restricted_means import restricted_mean_rows
from analytics.results.strata import n_subjects, n_with
from analytics.study.specification import Analysis

Months = float | Sequence[float]

_PLAIN: Final = Analysis(analysis_id="asked", label="Asked", method="kaplan_meier")

_LIMITS: Final = {
    "estimate": pl.Float64,
    "std_error": pl.Float64,
    "ci_lower": pl.Float64,
    "ci_upper": pl.Float64,
}
_STATUS: Final = {"conditional_from_months": pl.Float64, "status": pl.String}
_SIZES: Final = {"n": pl.Int64, "n_event": pl.Int64}
_DAY: Final = {"time_days": pl.Float64, "time_months": pl.Float64, "n_risk": pl.Int64}
_STRATUM: Final = {"stratum": pl.String}
_CURVE: Final = {
    **_STRATUM, **_DAY, "n_event": pl.Int64, "n_censored": pl.Int64, **_LIMITS, **_STATUS
}  # fmt: skip
_MEDIAN: Final = {
    **_STRATUM,
    **_SIZES,
    "median_months": pl.Float64,
    "median_ci_lower": pl.Float64,
    "median_ci_upper": pl.Float64,
    **_STATUS,
}
_AT: Final = {**_SIZES, "time_months": pl.Float64, **_LIMITS, "n_risk": pl.Int64, **_STATUS}
_MEAN: Final = {
    **_STRATUM,
    "horizon_months": pl.Float64,
    **_SIZES,
    "restricted_mean_months": pl.Float64,
    "std_error": pl.Float64,
    "ci_lower": pl.Float64,
    "ci_upper": pl.Float64,
    **_STATUS,
}
_FOLLOW_UP: Final = {
    **_STRATUM,
    **_SIZES,
    "statistic": pl.String,
    "over": pl.String,
    "months": pl.Float64,
    "status": pl.String,
}
_INCIDENCE: Final = {
    **_STRATUM,
    "event": pl.String,
    **_DAY,
    "n_event": pl.Int64,
    "n_competing": pl.Int64,
    "n_censored": pl.Int64,
    **_LIMITS,
    **_STATUS,
}
_TEST: Final = {
    "test": pl.String,
    **_SIZES,
    "n_missing": pl.Int64,
    "n_strata": pl.Int64,
    "n_strata_informative": pl.Int64,
    "statistic": pl.Float64,
    "df": pl.Int64,
    "p_value": pl.Float64,
    "status": pl.String,
}


def km(  # noqa: PLR0913, PLR0917 - a curve has as many parts
    data: Any,
    time: str,
    event: str,
    by: str | None = None,
    entry: str | None = None,
    conventions: Conventions = STANDARD,
) -> pl.DataFrame:
    """The Kaplan-Meier curve: one row per group and day on which anyone leaves or enters.

    `time` is in days; `event` is 1 event, 0 censored, 2 competing (from R's 1 and 2 subtract 1).

    Columns: stratum, time_days, time_months, n_risk (just before the day), n_event, n_censored,
    estimate (survival, from 0 to 1), std_error (Greenwood), ci_lower, ci_upper,
    conditional_from_months, status. The first row of a group is day 0; a row applies until the
    next. Those censored on a day are still at risk for its events.

    Raises PlateauError when there are competing events, which are no censorings: use `incidence`.

    Source: Kaplan and Meier, J Am Stat Assoc 1958;53:457. In R: `survfit(Surv(time, event) ~ by,
    conf.type = "log-log")`. In SQL: `survival.km`.
    """
    parameters = conventions.parameters
    rows = [
        row
        for stratum, curve, _ in _curves(data, time, event, by, entry, conventions)
        for row in curve_rows(curve, {"stratum": stratum}, parameters)
    ]
    return frame_of(rows, _CURVE)


def median(  # noqa: PLR0913, PLR0917
    data: Any,
    time: str,
    event: str,
    by: str | None = None,
    entry: str | None = None,
    conventions: Conventions = STANDARD,
) -> pl.DataFrame:
    """The median in months with its limits: one row per group.

    `time` is in days; `event` is 1 event, 0 censored, 2 competing (from R's 1 and 2 subtract 1).

    Columns: stratum, n, n_event, median_months, median_ci_lower, median_ci_upper,
    conditional_from_months, status. A median or limit that is not reached is null. Where the curve
    equals one half on a whole step, the median is the midpoint of that step.

    Raises PlateauError as `km` does.

    Source: Brookmeyer and Crowley, Biometrics 1982;38:29. In R: `quantile(survfit(...), 0.5)`. In
    SQL: `survival.median`.
    """
    rows = [
        row
        for _, curve, sizes in _curves(data, time, event, by, entry, conventions)
        for row in summary_rows(curve, sizes, conventions.parameters)
    ]
    return frame_of(rows, _MEDIAN)


def rate(  # noqa: PLR0913, PLR0917
    data: Any,
    time: str,
    event: str,
    months: Months,
    by: str | None = None,
    entry: str | None = None,
    conventions: Conventions = STANDARD,
) -> pl.DataFrame:
    """The Kaplan-Meier estimate at a month, or at each of several: one row per group and month.

    `time` is in days; `event` is 1 event, 0 censored, 2 competing (from R's 1 and 2 subtract 1).

    Columns: stratum, n, n_event, time_months, estimate (from 0 to 1), std_error, ci_lower,
    ci_upper, n_risk (just before the month), conditional_from_months, status. Beyond the last
    observation the estimate is null, unless the curve has reached 0.

    Raises PlateauError as `km` does, and for a month that is no positive number.

    In R: `summary(survfit(...), times = months * 30.4375)`. In SQL: `survival.rate`.
    """
    parameters, analysis = conventions.parameters, _at(months)
    days = in_days(analysis.landmarks_months, parameters)
    rows = [
        row
        for _, curve, sizes in _curves(data, time, event, by, entry, conventions)
        for row in rate_rows(survival_at(curve.shown, days), curve, sizes, analysis, parameters)
    ]
    return frame_of(rows, _STRATUM | _AT)


def restricted_mean(  # noqa: PLR0913, PLR0917
    data: Any,
    time: str,
    event: str,
    months: Months,
    by: str | None = None,
    entry: str | None = None,
    conventions: Conventions = STANDARD,
) -> pl.DataFrame:
    """The mean time without the event up to a horizon: one row per group and horizon.

    `time` is in days; `event` is 1 event, 0 censored, 2 competing (from R's 1 and 2 subtract 1).

    Columns: stratum, horizon_months, n, n_event, restricted_mean_months, std_error, ci_lower,
    ci_upper (all in months), conditional_from_months, status. A horizon beyond the last observation
    is not estimable unless the curve has reached 0.

    Raises PlateauError as `rate` does.

    Source: Irwin, J Hyg 1949;47:188; Uno et al., J Clin Oncol 2014;32:2380. In R:
    `survRM2::rmst2`. In SQL: `survival.restricted_mean`.
    """
    parameters, analysis = conventions.parameters, _at(months)
    rows = [
        row
        for _, curve, sizes in _curves(data, time, event, by, entry, conventions)
        for row in restricted_mean_rows(curve, sizes, analysis, parameters)
    ]
    return frame_of(rows, _MEAN)


def follow_up(  # noqa: PLR0913, PLR0917
    data: Any,
    time: str,
    event: str,
    by: str | None = None,
    entry: str | None = None,
    conventions: Conventions = STANDARD,
) -> pl.DataFrame:
    """How long the subjects were followed: six rows per group.

    `time` is in days; `event` is 1 event, 0 censored, 2 competing (from R's 1 and 2 subtract 1).

    Columns: stratum, n, n_event, statistic, over, months, status. `statistic` is the reverse
    Kaplan-Meier median (`reverse_km_median`), or `median_censored`, `min` and `max`, `over` those
    censored or `all`. The event may be competing; any event ends the follow-up.

    Raises PlateauError for data that cannot be used.

    Source: Schemper and Smith, Control Clin Trials 1996;17:343. In SQL: `survival.follow_up`.
    """
    parameters = conventions.parameters
    rows = [
        row
        for stratum, counts in _counts(data, time, event, by, entry).items()
        for row in follow_up_rows(_PLAIN, counts, _sizes(stratum, counts), parameters)
    ]
    return frame_of(rows, _FOLLOW_UP)


def incidence(  # noqa: PLR0913, PLR0917
    data: Any,
    time: str,
    event: str,
    by: str | None = None,
    entry: str | None = None,
    conventions: Conventions = STANDARD,
) -> pl.DataFrame:
    """The cumulative incidence of the event and of the competing one: a row per group, event, day.

    `time` is in days; `event` is 1 event, 0 censored, 2 competing (from R's 1 and 2 subtract 1).

    Columns: stratum, event (`event` or `competing`), time_days, time_months, n_risk, n_event,
    n_competing, n_censored, estimate (from 0 to 1), std_error, ci_lower, ci_upper,
    conditional_from_months, status.

    Raises PlateauError for data that cannot be used.

    Source: Aalen and Johansen, Scand J Stat 1978;5:141. In R: `cmprsk::cuminc`. In SQL:
    `survival.incidence`.
    """
    parameters = conventions.parameters
    rows = [
        row
        for stratum, kind, curve, _ in _incidences(data, time, event, by, entry, conventions)
        for row in curve_rows(curve, {"stratum": stratum, "event": kind}, parameters)
    ]
    return frame_of(rows, _INCIDENCE)


def incidence_rate(  # noqa: PLR0913, PLR0917
    data: Any,
    time: str,
    event: str,
    months: Months,
    by: str | None = None,
    entry: str | None = None,
    conventions: Conventions = STANDARD,
) -> pl.DataFrame:
    """The cumulative incidence at a month, or at each of several: a row per group, event, month.

    `time` is in days; `event` is 1 event, 0 censored, 2 competing (from R's 1 and 2 subtract 1).

    Columns: stratum, event, n, n_event (with the event of the row), time_months, estimate,
    std_error, ci_lower, ci_upper, n_risk, conditional_from_months, status. Past the last
    observation the incidence is carried forward, with nobody at risk.

    Raises PlateauError for data that cannot be used, and for a month that is no positive number.

    In SQL: `survival.incidence_rate`.
    """
    parameters, analysis = conventions.parameters, _at(months)
    days = in_days(analysis.landmarks_months, parameters)
    rows = [
        row
        for _, _, curve, sizes in _incidences(data, time, event, by, entry, conventions)
        for row in rate_rows(
            cumulative_incidence_at(curve.shown, days), curve, sizes, analysis, parameters
        )
    ]
    return frame_of(rows, _STRATUM | {"event": pl.String} | _AT)


def log_rank(  # noqa: PLR0913, PLR0917
    data: Any,
    time: str,
    event: str,
    by: str,
    stratified_by: str | Sequence[str] | None = None,
    entry: str | None = None,
) -> pl.DataFrame:
    """Whether the hazard of the event is the same in every group: one row.

    `time` is in days; `event` is 1 event, 0 censored, 2 competing (from R's 1 and 2 subtract 1).

    Columns: test, n, n_event, n_missing (of an unknown group or stratum, left out), n_strata,
    n_strata_informative, statistic (chi-square), df, p_value, status. A competing event leaves the
    risk set as a censoring does, so that cause-specific hazards are compared.

    Raises PlateauError for data that cannot be used, as codes 1 and 2 without a 0.

    Source: Mantel, Cancer Chemother Rep 1966;50:163. In R: `survdiff(Surv(time, event) ~ by +
    strata(s))`. In SQL: `survival.log_rank`.
    """
    strata, n_missing = _compared(
        data, time, event, by, stratified_by, entry, is_cause_specific=True
    )
    with told():
        test = stratified_log_rank_test(strata)
        n_informative = n_informative_strata(strata)
    is_stratified = bool(names_of(stratified_by))
    name = f"{'stratified_' if is_stratified else ''}log_rank"
    row = _test_row(
        name, "event", strata, test, n_missing, n_informative if is_stratified else None
    )
    return frame_of([row], _TEST)


def gray(
    data: Any,
    time: str,
    event: str,
    by: str,
    stratified_by: str | Sequence[str] | None = None,
) -> pl.DataFrame:
    """Whether the cumulative incidence is the same in every group: a row for either event.

    `time` is in days; `event` is 1 event, 0 censored, 2 competing (from R's 1 and 2 subtract 1).

    Columns: test, event, then those of `log_rank`.

    Raises PlateauError for data that cannot be used.

    Source: Gray, Ann Stat 1988;16:1141. In R: the tests of `cmprsk::cuminc`. In a release:
    `results.group_test`.
    """
    strata, n_missing = _compared(data, time, event, by, stratified_by, None)
    is_stratified = bool(names_of(stratified_by))
    name = f"{'stratified_' if is_stratified else ''}gray"
    rows = []
    for kind in EVENTS:
        with told():
            test = stratified_gray_test(strata, event=kind)
            n_informative = informative_of_gray(strata, event=kind)
        row = _test_row(
            name, kind, strata, test, n_missing, n_informative if is_stratified else None
        )
        rows.append({**row, "event": kind})
    name_first = {"test": pl.String, "event": pl.String}
    return frame_of(rows, name_first | _TEST)


def _counts(
    data: Any, time: str, event: str, by: str | None, entry: str | None
) -> dict[str, pl.DataFrame]:
    return counts_by_group(subjects(data, time, event, entry, by))


def _sizes(stratum: str, counts: pl.DataFrame, kind: str = "event") -> dict[str, Any]:
    return {"stratum": stratum, "n": n_subjects(counts), "n_event": n_with(counts, kind)}


def _curves(  # noqa: PLR0913, PLR0917
    data: Any, time: str, event: str, by: str | None, entry: str | None, conventions: Conventions
) -> list[tuple[str, Any, dict[str, Any]]]:
    """Stratum, curve and sizes of each group. Raises UsageError for competing events."""
    parameters = conventions.parameters
    rows = subjects(data, time, event, entry, by)
    refuse_competing(rows[CODE], event)
    counts = counts_by_group(rows)
    estimator = survival_estimator(parameters)
    return [
        (stratum, known_curve(one, estimator, parameters), _sizes(stratum, one))
        for stratum, one in counts.items()
    ]


def _incidences(  # noqa: PLR0913, PLR0917
    data: Any, time: str, event: str, by: str | None, entry: str | None, conventions: Conventions
) -> list[tuple[str, str, Any, dict[str, Any]]]:
    """Stratum, event, curve and sizes of each group and either event."""
    parameters = conventions.parameters
    return [
        (
            stratum,
            kind,
            known_curve(one, incidence_estimator(kind, parameters), parameters, event=kind),
            _sizes(stratum, one, kind) | {"event": kind},
        )
        for stratum, one in _counts(data, time, event, by, entry).items()
        for kind in EVENTS
    ]


def _at(months: Months) -> Analysis:
    """The months as those of an analysis, ascending. Raises UsageError."""
    asked = sorted(set(months_of(months)))
    return _PLAIN.model_copy(
        update={"landmarks_months": tuple(asked), "restricted_mean_months": tuple(asked)}
    )


def _compared(  # noqa: PLR0913, PLR0917
    data: Any,
    time: str,
    event: str,
    by: str,
    stratified_by: str | Sequence[str] | None,
    entry: str | None,
    *,
    is_cause_specific: bool = False,
) -> tuple[dict[str, dict[str, pl.DataFrame]], int]:
    """Stratum -> group -> counts of those known, and how many are not."""
    columns = given_data(data)
    rows = subjects(columns, time, event, entry, by, is_cause_specific=is_cause_specific)
    names = [f"stratum {i}" for i, _ in enumerate(names_of(stratified_by))]
    for name, given in zip(names, names_of(stratified_by), strict=True):
        if given == by:
            raise UsageError(
                f"Column '{by}' cannot form the groups and the strata of one test; name another."
            )
        values = known_levels(columns.column(given, "the strata"))
        refuse_other_length(values, given, rows.height)
        rows = rows.with_columns(values.alias(name))
    known = rows.with_columns(pl.col(GROUP).cast(pl.String)).filter(
        pl.col(GROUP) != UNKNOWN, *(pl.col(name).is_not_null() for name in names)
    )
    if not names:
        return {"all": counts_by_group(known)}, rows.height - known.height
    strata = {
        repr(key): counts_by_group(part)
        for key, part in sorted(known.partition_by(names, as_dict=True).items(), key=repr)
    }
    return strata, rows.height - known.height


def _test_row(  # noqa: PLR0913, PLR0917
    name: str,
    kind: str,
    strata: dict[str, dict[str, pl.DataFrame]],
    test: TestResult,
    n_missing: int,
    n_informative: int | None,
) -> dict[str, Any]:
    counts = [one for groups in strata.values() for one in groups.values()]
    return {
        "test": name,
        "n": sum(map(n_subjects, counts)),
        "n_event": sum(n_with(one, kind) for one in counts),
        "n_missing": n_missing,
        "n_strata": None if n_informative is None else len(strata),
        "n_strata_informative": n_informative,
        "statistic": test.statistic,
        "df": test.df or None,
        "p_value": test.p_value,
        "status": test.status,
    }
