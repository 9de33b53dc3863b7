"""Survival over the next months of those who have come so far."""

from collections.abc import Sequence

import polars as pl

from analytics.methods.intervals import CiTransform
from analytics.methods.kaplan_meier import kaplan_meier_curve, survival_at
from analytics.methods.known_span import counts_given


def conditional_survival(
    counts: pl.DataFrame,
    *,
    at: float,
    further: Sequence[float],
    conf_level: float,
    ci_transform: CiTransform,
) -> pl.DataFrame:
    """The probability of no event for so many `further` days, given none by day `at`.

    Columns: time (the day at + further), estimate, std_error, ci_lower, ci_upper, n_risk (just
    before that day). S(at + further) / S(at) is the Kaplan-Meier estimate of those followed beyond
    day `at`, so the variance is Greenwood's sum over the days after it, and the limits are on the
    transform of this estimate. Null beyond the last observation, unless all have had the event.
    Reference: Zabor, Gonen, Chapman and Panageas, Am J Clin Pathol 2013;140:625.
    """
    if at < 0 or any(days <= 0 for days in further):
        raise ValueError("A conditional survival is over days after a day that is not before 0.")
    curve = kaplan_meier_curve(
        counts_given(counts, at), conf_level=conf_level, ci_transform=ci_transform
    )
    return survival_at(curve, [at + days for days in further])
