"""Curves by trial: medians and rates of each trial, without each of them, and across them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl

from analytics.methods.averaged_curves import averaged
from analytics.methods.chi_square import no_test
from analytics.methods.competing_risks import cumulative_incidence_at
from analytics.methods.counts import added_counts
from analytics.methods.heterogeneity import complementary_log_log, survival_of
from analytics.methods.kaplan_meier import median_survival, survival_at
from analytics.methods.statuses import NO_RATE_LIKELIHOOD, NO_SUBJECTS, OK, not_estimable
from analytics.results.clock import in_days, in_months
from analytics.results.curves import rate_rows, summary_rows, survival_estimator
from analytics.results.incidences import EVENTS, incidence_estimator
from analytics.results.known_curves import Estimator, KnownCurve, known_curve
from analytics.results.marts import Marts
from analytics.results.pooling import Estimate, Part, PoolingRows, Question
from analytics.results.statuses import BEYOND, MEDIAN_NOT_REACHED, status_of_probability
from analytics.results.strata import UNKNOWN, counts_by_pooled_level, n_subjects, n_with
from analytics.study.specification import Analysis, Parameters, StudySpecification

Row = dict[str, Any]
Reader = Callable[[pl.DataFrame, Sequence[float]], pl.DataFrame]

NO_LIKELIHOOD: Final = no_test(NO_RATE_LIKELIHOOD)


@dataclass(frozen=True)
class _Kind:
    """A kind of curve: the event, its quantity, how it is estimated and read."""

    event: str
    quantity: str
    estimator: Estimator
    at: Reader


@dataclass(frozen=True)
class _Curves:
    """The curves of one group by part of the subjects, with the subjects and events of each."""

    kind: _Kind
    curves: Mapping[Part, KnownCurve]
    sizes: Mapping[Part, Row]
    parameters: Parameters

    @property
    def trials(self) -> list[Part]:
        """The trials that have subjects in the group."""
        return [part for part in self.curves if part.name == "level" and self.sizes[part]["n"] > 0]

    @property
    def total(self) -> tuple[int, int]:
        """Subjects and events of the trials."""
        n, n_event = (
            sum(self.sizes[part][name] for part in self.trials) for name in ("n", "n_event")
        )
        return n, n_event

    def average(self, days: Sequence[float]) -> tuple[str, pl.DataFrame | None]:
        """The status, and the average of the trials' curves unless one of them has none."""
        for part in self.trials:
            status = status_of_probability(self.curves[part].status)
            if status != OK:
                return status, None
        if not self.trials:
            return not_estimable(NO_SUBJECTS), None
        return OK, averaged(
            [self.kind.at(self.curves[part].shown, days) for part in self.trials],
            [self.sizes[part]["n"] for part in self.trials],
            conf_level=self.parameters.conf_level,
            ci_transform=self.parameters.ci_transform,
        )


def curve_pooling_frames(
    study: StudySpecification,
    analysis: Analysis,
    strata: Mapping[str, pl.DataFrame],
    marts: Marts,
) -> dict[str, pl.DataFrame]:
    """The tables of the trials that a curve analysis pools; `strata`: its own counts by stratum.

    Rates are compared on the complementary log-log scale. Stratified by trial is the average of
    the trials' curves by their numbers of subjects.
    """
    assert analysis.pooled_over is not None
    rows, levels = PoolingRows(), study.levels_of(analysis.pooled_over)
    for stratum, whole in strata.items():
        if stratum == UNKNOWN:
            continue
        trials = counts_by_pooled_level(analysis, levels, stratum, marts)
        counts = _counts_of_parts(whole, trials)
        for kind in _kinds(analysis, study.parameters):
            labels = {
                "analysis_id": analysis.analysis_id,
                "stratum": stratum,
                "event": kind.event,
                "pooled_over": analysis.pooled_over,
            }
            found = _curves(kind, counts, study.parameters)
            if kind.quantity == "survival":
                _add_medians(rows, labels, found)
            _add_rates(rows, labels, found, analysis)
    return rows.frames()


def _kinds(analysis: Analysis, parameters: Parameters) -> list[_Kind]:
    if analysis.method == "kaplan_meier":
        return [_Kind("event", "survival", survival_estimator(parameters), survival_at)]
    return [
        _Kind(event, "incidence", incidence_estimator(event, parameters), cumulative_incidence_at)
        for event in EVENTS
    ]


def _counts_of_parts(
    whole: pl.DataFrame, trials: Mapping[str, pl.DataFrame]
) -> dict[Part, pl.DataFrame]:
    return {
        Part("all"): whole,
        **{Part("level", level): counts for level, counts in trials.items()},
        **{
            Part("without", level): added_counts(
                [counts for other, counts in trials.items() if other != level]
            )
            for level in trials
        },
    }


def _curves(kind: _Kind, counts: Mapping[Part, pl.DataFrame], parameters: Parameters) -> _Curves:
    return _Curves(
        kind,
        {
            part: known_curve(own, kind.estimator, parameters, event=kind.event)
            for part, own in counts.items()
        },
        {
            part: {"n": n_subjects(own), "n_event": n_with(own, kind.event)}
            for part, own in counts.items()
        },
        parameters,
    )


def _add_medians(rows: PoolingRows, labels: Row, found: _Curves) -> None:
    """The medians of survival; they are shown and not compared."""
    medians = {
        part: _median(next(summary_rows(curve, found.sizes[part], found.parameters)))
        for part, curve in found.curves.items()
    }
    medians[Part("stratified")] = _averaged_median(found)
    question = Question({**labels, "quantity": "median"}, None)
    rows.add(question, medians, NO_LIKELIHOOD, found.parameters.conf_level)


def _median(row: Row) -> Estimate:
    return Estimate(
        row["n"],
        row["n_event"],
        row["status"],
        estimate=row.get("median_months"),
        ci_lower=row.get("median_ci_lower"),
        ci_upper=row.get("median_ci_upper"),
    )


def _add_rates(rows: PoolingRows, labels: Row, found: _Curves, analysis: Analysis) -> None:
    """The rates at each landmark, compared on the complementary log-log scale."""
    parameters, quantity = found.parameters, found.kind.quantity
    days = in_days(analysis.landmarks_months, parameters)
    read = {
        part: list(
            rate_rows(
                found.kind.at(curve.shown, days), curve, found.sizes[part], analysis, parameters
            )
        )
        for part, curve in found.curves.items()
    }
    across = _averaged_rates(found, days)
    for position, months in enumerate(analysis.landmarks_months):
        rates = {part: _rate(of[position], quantity) for part, of in read.items()}
        rates[Part("stratified")] = across[position]
        question = Question(
            {**labels, "quantity": quantity, "time_months": months},
            survival_of if quantity == "survival" else _incidence_of,
        )
        rows.add(question, rates, NO_LIKELIHOOD, parameters.conf_level)


def _incidence_of(transformed: float) -> float:
    return 1 - survival_of(transformed)


def _rate(row: Row, quantity: str) -> Estimate:
    estimate, error = row["estimate"], row["std_error"]
    scaled = None
    if estimate is not None:
        survival = estimate if quantity == "survival" else 1 - estimate
        scaled = complementary_log_log(survival, error)
    return Estimate(
        row["n"],
        row["n_event"],
        row["status"],
        estimate=estimate,
        std_error=error,
        ci_lower=row["ci_lower"],
        ci_upper=row["ci_upper"],
        n_risk=row["n_risk"],
        scaled=scaled,
    )


def _averaged_rates(found: _Curves, days: Sequence[float]) -> list[Estimate]:
    """The average of the trials' curves on each day."""
    status, frame = found.average(days)
    if frame is None:
        return [Estimate(*found.total, status) for _ in days]
    return [
        Estimate(*found.total, not_estimable(BEYOND))
        if row["estimate"] is None
        else Estimate(
            *found.total,
            OK,
            estimate=row["estimate"],
            std_error=row["std_error"],
            ci_lower=row["ci_lower"],
            ci_upper=row["ci_upper"],
            n_risk=row["n_risk"],
        )
        for row in frame.iter_rows(named=True)
    ]


def _averaged_median(found: _Curves) -> Estimate:
    """The median of the average of the trials' curves."""
    times = [found.curves[part].shown["time"].to_numpy() for part in found.trials]
    days = np.unique(np.concatenate([[0.0], *times])).tolist()
    status, frame = found.average(days)
    if frame is None:
        return Estimate(*found.total, status)
    median = median_survival(frame)
    return Estimate(
        *found.total,
        OK if median.median is not None else not_estimable(MEDIAN_NOT_REACHED),
        estimate=in_months(median.median, found.parameters),
        ci_lower=in_months(median.ci_lower, found.parameters),
        ci_upper=in_months(median.ci_upper, found.parameters),
    )
