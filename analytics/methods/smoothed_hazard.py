"""The hazard over time, smoothed by a kernel."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import polars as pl

from analytics.methods import statuses
from analytics.methods.arrays import FloatArray, IntArray, frame_without_nan
from analytics.methods.counts import risk_table
from analytics.methods.intervals import normal_quantile
from analytics.methods.known_span import KnownSpan, counts_given

WHOLE: Final = KnownSpan()


def smoothed_hazard(
    counts: pl.DataFrame,
    times: Sequence[float],
    *,
    bandwidth: float,
    conf_level: float,
    span: KnownSpan = WHOLE,
) -> pl.DataFrame:
    """The hazard per day at each time, from the Nelson-Aalen steps of the days around it.

    Columns: time, estimate, std_error, ci_lower, ci_upper, n_risk (just before that day), status.
    The estimate is the sum of K((t - t_i) / b) d / (n b) with Epanechnikov's kernel K; nearer than
    the bandwidth b to the start or to the last event, with the kernel of Gasser and Mueller, which
    looks to one side. The variance is the sum of K^2 d / (n b)^2, the limits are on the log scale.
    Only the days of `span` are used. Not estimable: outside the first and the last event day; where
    the kernels of both ends would overlap; where the sum is not above 0.
    References: Mueller and Wang, Biometrics 1994;50:61; Klein and Moeschberger, Survival Analysis,
    2nd ed. 2003, section 6.2.
    """
    if not bandwidth > 0:
        raise ValueError(f"The bandwidth is {bandwidth:g} days, but must be above 0.")
    table = risk_table(counts_given(counts, span.start))
    asked = np.asarray(times, dtype=np.float64)
    known = (table.n_event > 0) & (table.time < (np.inf if span.end is None else span.end))
    day, d, n = (
        values[known].astype(np.float64) for values in (table.time, table.n_event, table.n_risk)
    )
    n_risk = np.append(table.n_risk, 0)[np.searchsorted(table.time, asked, side="left")]
    if len(day) == 0 or day[-1] - span.start < 2 * bandwidth:
        reason = statuses.NO_EVENTS if len(day) == 0 else statuses.WIDE_BANDWIDTH
        unknown = np.full(len(asked), np.nan)
        return _frame(asked, n_risk, (unknown, unknown), [reason] * len(asked), conf_level)
    weight = _weights(asked, day, bandwidth, span.start)
    hazard = weight @ (d / n) / bandwidth
    std_error = np.sqrt(weight**2 @ (d / n**2)) / bandwidth
    outside = (asked < span.start) | (asked > day[-1])
    reasons = [
        statuses.PAST_LAST_EVENT if out else ("" if value > 0 else statuses.NOT_POSITIVE)
        for out, value in zip(outside, hazard, strict=True)
    ]
    return _frame(asked, n_risk, (hazard, std_error), reasons, conf_level)


def _weights(asked: FloatArray, day: FloatArray, bandwidth: float, start: float) -> FloatArray:
    """The kernel of each time asked for (row) at each event day (column)."""
    x = (asked[:, None] - day) / bandwidth
    from_start = np.clip((asked - start) / bandwidth, 0, 1)[:, None]
    to_end = np.clip((day[-1] - asked) / bandwidth, 0, 1)[:, None]
    inside = np.where(np.abs(x) <= 1, 0.75 * (1 - x**2), 0.0)
    late = to_end < from_start  # never both below 1
    q = np.minimum(from_start, to_end)
    towards = np.where(late, -x, x)
    common = (1 + q) ** 4 * (19 - 18 * q + 3 * q**2)
    alpha = 64 * (2 - 4 * q + 6 * q**2 - 3 * q**3) / common
    beta = 240 * (1 - q) ** 2 / common
    return np.where(q < 1, inside * (alpha + beta * towards), inside)


def _frame(
    asked: FloatArray,
    n_risk: IntArray,
    found: tuple[FloatArray, FloatArray],
    reasons: list[str],
    conf_level: float,
) -> pl.DataFrame:
    """The hazard and its error as found, null where there is a reason against them."""
    known = np.array([reason == "" for reason in reasons], dtype=bool)
    hazard, std_error = (np.where(known, values, np.nan) for values in found)
    reach = np.exp(normal_quantile(conf_level) * std_error / hazard)
    frame = frame_without_nan(
        {
            "time": asked,
            "estimate": hazard,
            "std_error": std_error,
            "ci_lower": hazard / reach,
            "ci_upper": hazard * reach,
            "n_risk": n_risk,
        }
    )
    status = [statuses.not_estimable(reason) if reason else statuses.OK for reason in reasons]
    return frame.with_columns(pl.Series("status", status, dtype=pl.String))
