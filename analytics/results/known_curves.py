"""A curve of an analysis, on the days on which enough are at risk to tell it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import polars as pl

from analytics.methods.counts import curve_status
from analytics.methods.known_span import KnownSpan, counts_given, curve_in_span, known_span
from analytics.methods.statuses import OK, TOO_FEW_AT_RISK, not_estimable
from analytics.results.clock import in_months
from analytics.results.statuses import status_of_probability
from analytics.study.specification import Parameters

Estimator = Callable[[pl.DataFrame], pl.DataFrame]
TOO_FEW: Final = not_estimable(TOO_FEW_AT_RISK)


@dataclass(frozen=True)
class KnownCurve:
    """A curve and where it is known, in days; `span` None: nowhere.

    `shown` has every day, its estimates null where they are not known. `counts` and `given`, the
    counts and the curve of those without an event on the first day of the span, are what is
    estimated from. `status` is that of a number read off the curve, such as the median.
    """

    shown: pl.DataFrame
    counts: pl.DataFrame
    given: pl.DataFrame
    span: KnownSpan | None
    status: str

    def status_at(self, day: float) -> str:
        """Whether the curve is known on a day, the last observation apart."""
        status = status_of_probability(self.status)
        if status == OK and self.span is not None and not self.span.holds(day):
            return TOO_FEW
        return status

    @property
    def ends_early(self) -> bool:
        """Whether the curve ends before its last day."""
        return self.span is not None and self.span.end is not None

    def from_months(self, parameters: Parameters) -> float | None:
        """The month that the estimates are conditional on; None for the origin."""
        start = 0.0 if self.span is None else self.span.start
        return in_months(start, parameters) if start > 0 else None


def known_curve(
    counts: pl.DataFrame, estimator: Estimator, parameters: Parameters, *, event: str = "event"
) -> KnownCurve:
    """The curve of the counts where at least `smallest_risk_set` are at risk.

    Without late entries it is known on every day.
    """
    span = known_span(counts, smallest_risk_set=parameters.smallest_risk_set)
    return curve_from(counts, estimator, span, event=event)


def curve_from(
    counts: pl.DataFrame, estimator: Estimator, span: KnownSpan | None, *, event: str = "event"
) -> KnownCurve:
    """The curve of the counts that is known on the days of the span."""
    if span is None or span == KnownSpan():
        curve = estimator(counts)
        status = curve_status(counts, event=event)
        if span is None and int(counts["n_entry"].sum()) > 1:
            status = TOO_FEW
        return KnownCurve(curve, counts, curve, span, status)
    given = counts_given(counts, span.start)
    return KnownCurve(
        curve_in_span(counts, span, estimator),
        given,
        estimator(given),
        span,
        curve_status(given, event=event),
    )
