"""Comparisons with an external control: patients read back from a published curve.

They are kept apart from the subjects of the study: no mart holds them, and no other table counts
them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl

from analytics.methods.arrays import FloatArray, IntArray
from analytics.methods.chi_square import TestResult
from analytics.methods.counts import counts_from_times, curve_status
from analytics.methods.cox import CoxData, CoxFit, cox_terms, fit_cox
from analytics.methods.kaplan_meier import median_survival, survival_at
from analytics.methods.known_span import KnownSpan
from analytics.methods.log_rank import log_rank_test
from analytics.methods.matching_weights import MatchingWeights, matching_weights
from analytics.methods.reconstructed_patients import (
    Patients,
    PublishedCurve,
    reconstructed_patients,
)
from analytics.methods.robust_variance import with_robust_variance
from analytics.methods.statuses import OK, not_estimable
from analytics.methods.weighted_survival import weighted_survival_curve
from analytics.results.clock import in_days, in_months
from analytics.results.curves import (
    NO_NUMBERS,
    curve_rows,
    rate_rows,
    summary_rows,
    survival_estimator,
)
from analytics.results.frames import frame_of_rows
from analytics.results.known_curves import KnownCurve, known_curve
from analytics.results.marts import Marts
from analytics.results.statuses import BEYOND, MEDIAN_NOT_REACHED
from analytics.study.specification import (
    Analysis,
    BaselineSummary,
    ExternalControl,
    Parameters,
    StudySpecification,
)

Row = dict[str, Any]
Rows = Iterator[Row]

STUDY: Final = "study"
WEIGHTED: Final = "weighted"
EXTERNAL: Final = "external"
_EARLIEST: Final = 0.5  # a day: an event on the origin day still has somebody at risk
_PERCENT: Final = 100.0
_TABLES: Final = (
    "external_curve",
    "external_summary",
    "external_rate",
    "external_check",
    "external_comparison",
    "external_balance",
)


@dataclass(frozen=True)
class _Matched:
    """The patients of the study whose matched factors are known, and their weights.

    `values` has a column per summary, `summaries` what they are, `targets` what they are to be.
    """

    patients: Patients
    values: FloatArray
    summaries: tuple[BaselineSummary, ...]
    targets: FloatArray
    weights: MatchingWeights
    n_missing: int


def external_frames(
    study: StudySpecification, analysis: Analysis, marts: Marts
) -> dict[str, pl.DataFrame]:
    """The tables of one comparison with an external control, by name.

    Both curves by Kaplan-Meier, their medians and rates; how far the reconstructed patients are
    from what is printed of them; log-rank test and hazard ratio, study over external control. With
    `matched_on` the same after weighting the study's patients to the published summaries, with a
    robust variance, and the summaries before and after.
    """
    assert analysis.external is not None
    control = study.external_control(analysis.external)
    parameters = study.parameters
    own = _subjects(analysis, marts)
    patients = Patients(own["aval"].to_numpy(), own["event"].to_numpy())
    external = _reconstructed(control, parameters)
    matched = _matched(study, analysis, control, marts, own) if analysis.matched_on else None
    curves: dict[str, tuple[KnownCurve, Patients, float | None]] = {
        STUDY: (_curve(patients, parameters), patients, None),
        EXTERNAL: (_curve(external, parameters), external, None),
    }
    if matched is not None:
        curve = _weighted_curve(matched, parameters)
        curves[WEIGHTED] = (curve, matched.patients, matched.weights.n_effective)
    assert analysis.population is not None
    label = study.population(analysis.population).label
    names = {
        STUDY: label,
        WEIGHTED: f"{label}, weighted",
        EXTERNAL: f"{control.label} (reconstructed from a published curve)",
    }
    rows: dict[str, list[Row]] = {name: [] for name in _TABLES}
    for stratum, (curve, of, n_effective) in curves.items():
        labels = {"analysis_id": analysis.analysis_id, "stratum": stratum}
        row = {**labels, "n": len(of.time), "n_event": int(of.event.sum())}
        if curve.span is not None:
            rows["external_curve"] += curve_rows(curve, labels, parameters)
        for summary in summary_rows(curve, row, parameters):
            rows["external_summary"].append(
                summary | {"label": names[stratum], "n_effective": n_effective}
            )
        rates = survival_at(curve.shown, in_days(analysis.landmarks_months, parameters))
        rows["external_rate"] += rate_rows(rates, curve, row, analysis, parameters)
    rows["external_check"] += _checks(study, analysis, control, external)
    rows["external_comparison"].append(
        _comparison(analysis, "none", patients, external, parameters)
    )
    if matched is not None:
        rows["external_comparison"].append(
            _matched_comparison(analysis, matched, external, parameters)
        )
        rows["external_balance"] += _balance(analysis, matched)
    return {name: frame_of_rows(name, table) for name, table in rows.items()}


def _subjects(analysis: Analysis, marts: Marts) -> pl.DataFrame:
    """usubjid, aval, event of the population, in an order that does not depend on their names."""
    ends = marts.time_to_event.filter(pl.col("paramcd") == analysis.endpoint)
    assert analysis.population is not None
    return (
        marts.members(analysis.population)
        .join(ends, on="usubjid")
        .select("usubjid", "aval", event=(pl.col("event_code") == 1).cast(pl.Int64))
        .sort("aval", "event")
    )


def _reconstructed(control: ExternalControl, parameters: Parameters) -> Patients:
    """The patients behind the published curve, times in days."""
    months, survival = zip(*control.points, strict=True)
    at_risk_months, at_risk = zip(*control.at_risk, strict=True)
    return reconstructed_patients(
        PublishedCurve(
            time=np.array(in_days(months, parameters)),
            survival=np.array(survival, dtype=np.float64),
            at_risk_time=np.array(in_days(at_risk_months, parameters)),
            at_risk=np.array(at_risk, dtype=np.int64),
            n_events=control.n_events,
        )
    )


def _counts(patients: Patients) -> pl.DataFrame:
    return counts_from_times(patients.time, patients.event)


def _curve(patients: Patients, parameters: Parameters) -> KnownCurve:
    return known_curve(_counts(patients), survival_estimator(parameters), parameters)


def _weighted_curve(matched: _Matched, parameters: Parameters) -> KnownCurve:
    """The weighted curve; nothing of it is known where there are no weights."""
    counts = _counts(matched.patients)
    if matched.weights.weight is None:
        nothing = pl.lit(None, dtype=pl.Float64)
        unknown = survival_estimator(parameters)(counts).with_columns(
            nothing.alias(name) for name in NO_NUMBERS
        )
        return KnownCurve(unknown, counts, unknown, None, matched.weights.status)
    curve = weighted_survival_curve(
        matched.patients.time,
        matched.patients.event,
        matched.weights.weight,
        conf_level=parameters.conf_level,
        ci_transform=parameters.ci_transform,
    )
    return KnownCurve(curve, counts, curve, KnownSpan(), curve_status(counts))


def _checks(
    study: StudySpecification, analysis: Analysis, control: ExternalControl, external: Patients
) -> Rows:
    """What is printed of the external patients beside what the reconstructed ones have."""
    parameters = study.parameters
    curve = _curve(external, parameters).shown
    tolerance = control.tolerance
    n_events = int(external.event.sum())
    median = in_months(median_survival(curve).median, parameters)
    printed: list[tuple[str, float | None, float | None, float | None, float | None, str]] = [
        ("n_events", None, control.n_events, n_events, tolerance.get("n_events"), "no events"),
        (
            "median_months",
            None,
            control.median_months,
            median,
            tolerance.get("median_months"),
            MEDIAN_NOT_REACHED,
        ),
    ]
    months = [rate.months for rate in control.rates]
    found = survival_at(curve, in_days(months, parameters))["estimate"].to_list()
    for rate, estimate in zip(control.rates, found, strict=True):
        percent = None if estimate is None else _PERCENT * estimate
        points = tolerance.get("rate_points")
        printed.append(("rate_percent", rate.months, rate.percent, percent, points, BEYOND))
    if control.against is not None:
        other = _reconstructed(study.external_control(control.against), parameters)
        fit = fit_cox(_both(external, other), ties=parameters.ties)
        ratio = None if fit.log_hr is None else float(np.exp(fit.log_hr[0]))
        printed.append(
            (
                "hazard_ratio",
                None,
                control.hazard_ratio,
                ratio,
                tolerance.get("hazard_ratio"),
                fit.status.removeprefix("not estimable: "),
            )
        )
    for quantity, month, published, reconstructed, allowed, reason in printed:
        if published is not None and allowed is not None:
            yield {
                "analysis_id": analysis.analysis_id,
                "quantity": quantity,
                "time_months": month,
                "published_value": published,
                "reconstructed": reconstructed,
                "tolerance": allowed,
                "status": _agreement(published, reconstructed, allowed, reason),
            }


def _agreement(published: float, reconstructed: float | None, tolerance: float, reason: str) -> str:
    if reconstructed is None:
        return not_estimable(reason)
    if abs(published - reconstructed) <= tolerance:
        return OK
    return f"differs: published {published:g}, reconstructed {reconstructed:.4g}"


def _both(study: Patients, external: Patients, weight: FloatArray | None = None) -> CoxData:
    """Study (1) and external control (0) as the rows of a Cox model; external patients weigh 1."""
    n, n_external = len(study.time), len(external.time)
    weights = None if weight is None else np.concatenate([weight, np.ones(n_external)])
    return CoxData(
        tstart=np.zeros(n + n_external),
        tstop=np.maximum(np.concatenate([study.time, external.time]), _EARLIEST),
        event=np.concatenate([study.event, external.event]),
        covariates=np.repeat([1.0, 0.0], [n, n_external])[:, None],
        names=("study",),
        weight=weights,
    )


def _comparison(
    analysis: Analysis,
    adjustment: str,
    study: Patients,
    external: Patients,
    parameters: Parameters,
) -> Row:
    """Log-rank test and hazard ratio of the study over the external control, as they are."""
    test = log_rank_test({STUDY: _counts(study), EXTERNAL: _counts(external)})
    fit = fit_cox(_both(study, external), ties=parameters.ties)
    return _comparison_row(analysis, adjustment, study, external, fit, parameters) | _tested(test)


def _tested(test: TestResult) -> Row:
    return {"log_rank_statistic": test.statistic, "log_rank_p": test.p_value}


def _matched_comparison(
    analysis: Analysis, matched: _Matched, external: Patients, parameters: Parameters
) -> Row:
    """The hazard ratio of the weighted study over the external control, with robust error."""
    weights, study = matched.weights, matched.patients
    if weights.weight is None:
        row = {
            "analysis_id": analysis.analysis_id,
            "adjustment": "matched",
            **_numbers(study, external),
            "status": weights.status,
        }
    else:
        data = _both(study, external, weights.weight)
        clusters = np.arange(len(data.tstop), dtype=np.int64)
        fit = with_robust_variance(data, fit_cox(data, ties=parameters.ties), clusters)
        row = _comparison_row(analysis, "matched", study, external, fit, parameters)
    return row | {"n_effective": weights.n_effective, "n_missing": matched.n_missing}


def _comparison_row(  # noqa: PLR0913, PLR0917 - what a row is made of
    analysis: Analysis,
    adjustment: str,
    study: Patients,
    external: Patients,
    fit: CoxFit,
    parameters: Parameters,
) -> Row:
    (term,) = cox_terms(fit, conf_level=parameters.conf_level).to_dicts()
    return {
        **term,
        "analysis_id": analysis.analysis_id,
        "adjustment": adjustment,
        "n_missing": 0,
        **_numbers(study, external),
    }


def _numbers(study: Patients, external: Patients) -> Row:
    return {
        "n": len(study.time),
        "n_event": int(study.event.sum()),
        "n_external": len(external.time),
        "n_event_external": int(external.event.sum()),
    }


def _matched(
    study: StudySpecification,
    analysis: Analysis,
    control: ExternalControl,
    marts: Marts,
    own: pl.DataFrame,
) -> _Matched:
    summaries = tuple(one for one in control.baseline if one.factor in analysis.matched_on)
    names = [f"summary_{place}" for place in range(len(summaries))]
    values = own
    for name, summary in zip(names, summaries, strict=True):
        known = marts.subject_factors.filter(pl.col("factor") == summary.factor)
        value = pl.col("value")
        if summary.level is not None:
            value = (pl.col("level") == summary.level).cast(pl.Float64)
        values = values.join(known.select("usubjid", value.alias(name)), on="usubjid", how="left")
    complete = values.drop_nulls(names).sort("aval", "event", *names)
    columns: list[FloatArray] = []
    targets: list[float] = []
    for name, summary in zip(names, summaries, strict=True):
        column = complete[name].to_numpy().astype(np.float64)
        columns.append(column)
        if summary.percent is not None:
            targets.append(summary.percent / _PERCENT)
        elif summary.mean is not None:
            targets.append(summary.mean)
            if summary.sd is not None:
                columns.append(column**2)
                targets.append(summary.mean**2 + summary.sd**2)
    event: IntArray = complete["event"].to_numpy()
    matrix = np.column_stack(columns)
    wanted = np.array(targets)
    return _Matched(
        patients=Patients(complete["aval"].to_numpy(), event),
        values=complete.select(names).to_numpy().astype(np.float64),
        summaries=summaries,
        targets=wanted,
        weights=matching_weights(matrix, wanted),
        n_missing=len(own) - len(complete),
    )


def _balance(analysis: Analysis, matched: _Matched) -> Rows:
    """Each published summary, that of the patients, and that of the weighted patients."""
    equal = np.ones(len(matched.patients.time))
    weights = matched.weights.weight
    order = 0
    for place, summary in enumerate(matched.summaries):
        column = matched.values[:, place]
        for statistic, published in _printed(summary):
            order += 1
            yield {
                "analysis_id": analysis.analysis_id,
                "display_order": order,
                "factor": summary.factor,
                "level": summary.level,
                "statistic": statistic,
                "published_value": published,
                "before": _value(column, equal, statistic),
                "after": None if weights is None else _value(column, weights, statistic),
                "n": len(column),
                "status": matched.weights.status,
            }


def _printed(summary: BaselineSummary) -> Sequence[tuple[str, float]]:
    if summary.percent is not None:
        return [("percent", summary.percent)]
    found = [("mean", summary.mean)] if summary.mean is not None else []
    return found + ([("sd", summary.sd)] if summary.sd is not None else [])


def _value(column: FloatArray, weight: FloatArray, statistic: str) -> float | None:
    if len(column) == 0:
        return None
    mean = float(np.average(column, weights=weight))
    if statistic == "sd":
        square = float(np.average(column**2, weights=weight)) - mean**2
        return float(np.sqrt(max(square, 0.0)))
    return _PERCENT * mean if statistic == "percent" else mean
