"""Survival relative to that of the population: expected, net, excess hazard, mortality ratio.

With L_i the cumulative hazard of the population along the life of subject i, and Y_i whether the
subject is at risk: expected survival (Ederer II) is exp(-E), E growing by the mean of dL_i over
those at risk. Net survival, that of a world in which the disease alone kills, is estimated by Pohar
Perme: those at risk count with the weight w_i = exp(L_i), as others like them have died of other
causes, and the excess hazard grows by
    sum w_i dN_i / sum w_i Y_i - sum w_i Y_i dL_i / sum w_i Y_i.
While nobody leaves, the second part is the derivative of log(sum w_i Y_i), so that it is exact,
with no steps of a day. Net survival is the product integral of the excess hazard, as Kaplan-Meier
is that of the hazard; it may rise, and exceed 1. Its variance on the log scale is sum w_i^2 dN_i
over (sum w_i Y_i)^2.
References: Ederer and Heise, Instructions to IBM 650 programmers, 1959; Pohar Perme, Stare and
Esteve, Biometrics 2012;68:113.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from scipy.special import gammaincinv

from analytics.methods import statuses
from analytics.methods.arrays import FloatArray, frame_without_nan
from analytics.methods.intervals import normal_quantile
from analytics.methods.population_mortality import (
    PopulationMortality,
    Subjects,
    cumulative_hazards,
)

_BLOCK: Final = 2**21  # numbers of one table of subjects by days


@dataclass(frozen=True)
class ExcessMortality:
    """Deaths between two days beside those that the population would have had.

    `excess` is the difference per day at risk, `smr` the ratio, each with exact Poisson limits.
    None unless `status` is 'ok'.
    """

    n_event: int
    days_at_risk: float
    expected: float | None
    excess: float | None = None
    excess_ci_lower: float | None = None
    excess_ci_upper: float | None = None
    smr: float | None = None
    smr_ci_lower: float | None = None
    smr_ci_upper: float | None = None
    status: str = statuses.OK


def relative_survival(
    mortality: PopulationMortality,
    subjects: Subjects,
    *,
    conf_level: float,
    further: Sequence[float] = (),
) -> pl.DataFrame:
    """A row for day 0, each day on which a subject leaves, and each of `further`.

    Columns time, n_risk (just before it), n_event, observed (Kaplan-Meier), expected, net,
    std_error (of net), ci_lower and ci_upper of net, symmetric on the log scale. NaN is null: the
    numbers of net after the last day of follow-up, and its limits where net is 0. No row without
    subjects.
    """
    if not len(subjects.time):
        return pl.DataFrame(schema=_SCHEMA)
    last = float(subjects.time.max())
    days = np.unique(np.concatenate([[0.0], subjects.time, np.asarray(further, dtype=np.float64)]))
    days = days[days <= last]
    sums = _sums(mortality, subjects, days)
    n_risk, n_event = sums["n_risk"], sums["n_event"]
    observed = np.cumprod(1 - n_event / n_risk)
    expected = np.exp(-np.cumsum(sums["hazard"] / n_risk))
    jump = sums["w_event"] / sums["w_end"]
    net = np.cumprod(1 - jump) * np.exp(np.cumsum(np.log(sums["w_end"] / sums["w_start"])))
    error = np.sqrt(np.cumsum(sums["w_square"] / sums["w_end"] ** 2))
    positive = np.where(net > 0, net, np.nan)
    width = np.exp(normal_quantile(conf_level) * error)
    return frame_without_nan(
        {
            "time": days,
            "n_risk": n_risk,
            "n_event": n_event,
            "observed": observed,
            "expected": expected,
            "net": net,
            "std_error": net * error,
            "ci_lower": positive / width,
            "ci_upper": positive * width,
        }
    ).cast({"n_risk": pl.Int64, "n_event": pl.Int64})


def excess_mortality(
    mortality: PopulationMortality,
    subjects: Subjects,
    *,
    after: float,
    until: float | None,
    conf_level: float,
) -> ExcessMortality:
    """Deaths after a day and up to another (None: to the end); day 0 is of the first interval.

    The limits are those of a Poisson count (Garwood), the expected deaths taken as known. Not
    estimable: nobody at risk in between; no deaths expected.
    Reference: Garwood, Biometrika 1936;28:437; Breslow and Day, Statistical Methods in Cancer
    Research II, 1987, chapter 2.
    """
    end = np.inf if until is None else until
    inside = (subjects.time > after) & (subjects.time <= end)
    if after == 0:
        inside |= subjects.time == 0
    d = int((inside & (subjects.event == 1)).sum())
    begin, leave = np.minimum(after, subjects.time), np.minimum(subjects.time, end)
    days = float((leave - begin).sum())
    if days == 0:
        return ExcessMortality(d, days, None, status=statuses.not_estimable(statuses.NO_TIME))
    total = cumulative_hazards(mortality, subjects, np.column_stack([begin, leave]))
    expected = float((total[:, 1] - total[:, 0]).sum())
    if expected == 0:
        return ExcessMortality(d, days, 0.0, status=statuses.not_estimable(statuses.NONE_EXPECTED))
    tail = (1 - conf_level) / 2
    lower = float(gammaincinv(d, tail)) if d else 0.0
    upper = float(gammaincinv(d + 1, 1 - tail))
    return ExcessMortality(
        d,
        days,
        expected,
        excess=(d - expected) / days,
        excess_ci_lower=(lower - expected) / days,
        excess_ci_upper=(upper - expected) / days,
        smr=d / expected,
        smr_ci_lower=lower / expected,
        smr_ci_upper=upper / expected,
    )


_SCHEMA: Final = {
    "time": pl.Float64,
    "n_risk": pl.Int64,
    "n_event": pl.Int64,
    **dict.fromkeys(
        ("observed", "expected", "net", "std_error", "ci_lower", "ci_upper"), pl.Float64
    ),
}
_SUMS: Final = (
    "n_risk", "n_event", "hazard", "w_start", "w_end", "w_event", "w_square",
)  # fmt: skip


def _sums(
    mortality: PopulationMortality, subjects: Subjects, days: FloatArray
) -> dict[str, FloatArray]:
    """Per day the sums over those at risk just before it.

    `hazard`: the population's, since the day before in the list; `w_start` and `w_end`: the weights
    on that day and on this one; of those with the event also `w_event` and the squares `w_square`.
    """
    sums = {name: np.zeros(len(days)) for name in _SUMS}
    for block in _blocks(len(subjects.time), len(days)):
        part = _taken(subjects, block)
        total = cumulative_hazards(mortality, part, days)
        before = np.column_stack([total[:, :1] * 0, total[:, :-1]])
        at_risk = part.time[:, None] >= days
        has_event = (part.time[:, None] == days) & (part.event == 1)[:, None]
        weight = np.exp(total)
        sums["n_risk"] += at_risk.sum(axis=0)
        sums["n_event"] += has_event.sum(axis=0)
        sums["hazard"] += np.where(at_risk, total - before, 0.0).sum(axis=0)
        sums["w_start"] += np.where(at_risk, np.exp(before), 0.0).sum(axis=0)
        sums["w_end"] += np.where(at_risk, weight, 0.0).sum(axis=0)
        sums["w_event"] += np.where(has_event, weight, 0.0).sum(axis=0)
        sums["w_square"] += np.where(has_event, weight**2, 0.0).sum(axis=0)
    return sums


def _blocks(n_subjects: int, n_days: int) -> list[slice]:
    length = max(1, _BLOCK // max(1, n_days))
    return [slice(start, start + length) for start in range(0, n_subjects, length)]


def _taken(subjects: Subjects, which: slice) -> Subjects:
    return Subjects(
        subjects.time[which],
        subjects.event[which],
        subjects.age[which],
        subjects.origin[which],
        subjects.group[which],
    )
