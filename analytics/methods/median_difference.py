"""Two medians: their difference and ratio, with limits that no density has to be estimated for.

Reference: Su and Wei, Biometrics 1993;49:603.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from analytics.methods import statuses
from analytics.methods.arrays import FloatArray
from analytics.methods.chi_square import chi_square_test
from analytics.methods.curves import column
from analytics.methods.intervals import normal_quantile
from analytics.methods.kaplan_meier import median_survival


@dataclass(frozen=True)
class MedianDifference:
    """Difference and ratio of two medians in days, and the test that they are equal.

    All None unless `status` is 'ok'. A limit is None where the follow-up does not bound it, such as
    a ratio of at least 0.
    """

    difference: float | None = None
    ci_lower: float | None = None
    ci_upper: float | None = None
    ratio: float | None = None
    ratio_ci_lower: float | None = None
    ratio_ci_upper: float | None = None
    statistic: float | None = None
    p_value: float | None = None
    status: str = statuses.OK


@dataclass(frozen=True)
class _Steps:
    """The steps of a curve: from when, until when, and how far each is from one half."""

    start: FloatArray
    end: FloatArray
    distance: FloatArray


def median_difference(
    one: pl.DataFrame, other: pl.DataFrame, *, conf_level: float
) -> MedianDifference:
    """The first median less the second, and over it, of two independent Kaplan-Meier curves.

    The curves have the columns time, estimate and std_error (Greenwood's). With
    q(m) = (S(m) - 1/2)^2 / se(m)^2 of either curve, a difference d is within the limits where some
    pair of medians m and m - d has q1(m) + q2(m - d) at most the quantile of a chi-square on one
    degree of freedom; a ratio likewise. The statistic is the smallest q1(m) + q2(m) of one m.
    After its last day a curve is not known, so a median may lie there as well if its last step is
    near one half. Not estimable where a curve does not fall below one half, and where no pair is
    near enough, such as of a curve that falls from 1 to 0 on one day.
    """
    medians = (median_survival(one).median, median_survival(other).median)
    if medians[0] is None or medians[1] is None:
        return no_median_difference(statuses.not_estimable(statuses.MEDIAN_NOT_REACHED))
    first, second = _steps(one), _steps(other)
    largest = normal_quantile(conf_level) ** 2  # of a chi-square on one degree of freedom
    first_near, second_near = _near(first, largest), _near(second, largest)
    together = first_near.distance[:, None] + second_near.distance[None, :] <= largest
    if not together.any():
        return no_median_difference(statuses.not_estimable(statuses.FAR_FROM_HALF))
    differences = (
        first_near.start[:, None] - second_near.end[None, :],
        first_near.end[:, None] - second_near.start[None, :],
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = (
            first_near.start[:, None] / second_near.end[None, :],
            first_near.end[:, None] / second_near.start[None, :],
        )
    test = chi_square_test(_least_together(first, second), 1)
    return MedianDifference(
        medians[0] - medians[1],
        _bound(differences[0][together].min()),
        _bound(differences[1][together].max()),
        medians[0] / medians[1] if medians[1] > 0 else None,
        _bound(ratios[0][together].min()) or None,
        _bound(ratios[1][together].max()),
        test.statistic,
        test.p_value,
    )


def no_median_difference(status: str) -> MedianDifference:
    """A difference that is not estimable, for the reason in `status`."""
    return MedianDifference(status=status)


def _steps(curve: pl.DataFrame) -> _Steps:
    """The steps on which the curve is known; where it is 0 or 1 it is infinitely far off."""
    known = curve.filter(pl.col("estimate").is_not_null())
    time, estimate = column(known, "time"), column(known, "estimate")
    error = column(known, "std_error")
    with np.errstate(divide="ignore", invalid="ignore"):
        distance = ((estimate - 0.5) / error) ** 2
    distance[~(error > 0)] = np.inf
    return _Steps(time, np.append(time[1:], np.inf), distance)


def _near(steps: _Steps, largest: float) -> _Steps:
    kept = steps.distance <= largest
    return _Steps(steps.start[kept], steps.end[kept], steps.distance[kept])


def _least_together(first: _Steps, second: _Steps) -> float:
    """The smallest sum of both distances on one day."""
    days = np.union1d(first.start, second.start)
    days = days[days >= max(first.start[0], second.start[0])]
    parts = (
        steps.distance[np.searchsorted(steps.start, days, side="right") - 1]
        for steps in (first, second)
    )
    return float(np.min(sum(parts)))


def _bound(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
