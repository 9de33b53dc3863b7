"""Stepwise selection for the Cox model: in by the score test, out by the Wald test."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from analytics.methods import statuses
from analytics.methods.chi_square import TestResult, chi_square_test
from analytics.methods.cox import CoxFit, cox_terms, fit_cox, score_test_of_added
from analytics.methods.cox_data import CoxData, with_covariates
from analytics.methods.partial_likelihood import Ties

STEP_SCHEMA = {
    "step": pl.Int64,
    "action": pl.String,
    "factor": pl.String,
    "test": pl.String,
    "statistic": pl.Float64,
    "df": pl.Int64,
    "p_value": pl.Float64,
    "status": pl.String,
}


@dataclass(frozen=True)
class SelectionResult:
    """The way to a model and the model.

    `steps`: step, action (considered, enter, remove, stop), factor, test (score, wald), statistic,
    df, p_value, status. A step is one decision: the tests considered for it carry its number.
    `selected` is in order of entry; `fit` is the model of the selected; `stop_reason` says why the
    selection ended. The P values and intervals of a selected model are optimistic.
    """

    steps: pl.DataFrame
    selected: tuple[str, ...]
    fit: CoxFit
    stop_reason: str


@dataclass
class _Log:
    """The rows of the steps table as they come."""

    step: int = 1
    rows: list[tuple[object, ...]] = field(default_factory=list)

    def add(self, action: str, factor: str | None, test: str | None, result: TestResult) -> None:
        df = result.df if result.statistic is not None else None
        row = (self.step, action, factor, test, result.statistic, df, result.p_value)
        self.rows.append((*row, result.status))

    def decide(self, action: str, factor: str | None, test: str | None, result: TestResult) -> None:
        self.add(action, factor, test, result)
        self.step += 1


def stepwise_selection(
    data: CoxData, *, slentry: float, slstay: float, ties: Ties
) -> SelectionResult:
    """Select among all covariates of the data, starting from none.

    The candidate with the largest score chi-square enters if P < slentry. Then, one at a time, the
    covariate with the smallest Wald chi-square leaves if P > slstay. It ends when nothing enters,
    when the one that just entered is all that leaves, or when a model comes back. All models use
    the same rows, complete for every candidate. Equal statistics: the first in the data's order.
    A covariate whose model cannot be estimated is removed with that status and not tried again.
    The rule is that of SELECTION=STEPWISE in SAS PROC PHREG.
    """
    log, barred, seen = _Log(), set[str](), {frozenset[str]()}
    fit = fit_cox(with_covariates(data, ()), ties=ties)
    if fit.log_hr is None:
        return _finished(log, fit, fit.status)
    while True:
        entered = _best_candidate(data, fit, barred, log, slentry)
        if entered is None:
            outside = [name for name in data.names if name not in {*fit.names, *barred}]
            return _finished(log, fit, _why_nothing_enters(outside, slentry))
        larger = fit_cox(with_covariates(data, (*fit.names, entered)), ties=ties)
        if larger.log_hr is None:
            log.decide("remove", entered, None, TestResult(None, 0, None, larger.status))
            barred.add(entered)
            continue
        fit, removed = _after_removals(data, larger, log, slstay)
        if removed == {entered}:
            return _finished(log, fit, f"{entered} left as soon as it entered")
        if frozenset(fit.names) in seen:
            return _finished(log, fit, "the model was reached before")
        seen.add(frozenset(fit.names))


def _best_candidate(
    data: CoxData, fit: CoxFit, barred: set[str], log: _Log, slentry: float
) -> str | None:
    """The candidate that enters, or None; every one considered is logged."""
    best: tuple[str, TestResult] | None = None
    for name in data.names:
        if name in fit.names or name in barred:
            continue
        result = score_test_of_added(data, fit, name)
        log.add("considered", name, "score", result)
        if _is_larger(result, best[1] if best else None):
            best = (name, result)
    if best is None or best[1].p_value is None or not best[1].p_value < slentry:
        return None
    log.decide("enter", best[0], "score", best[1])
    return best[0]


def _is_larger(result: TestResult, other: TestResult | None) -> bool:
    if result.statistic is None:
        return False
    return other is None or other.statistic is None or result.statistic > other.statistic


def _after_removals(
    data: CoxData, fit: CoxFit, log: _Log, slstay: float
) -> tuple[CoxFit, set[str]]:
    """The model after every removal, and the names removed."""
    removed = set[str]()
    while fit.names:
        tests = wald_tests(fit)
        for name, result in tests.items():
            log.add("considered", name, "wald", result)
        weakest = min(tests, key=lambda name: tests[name].statistic or 0.0)
        p_value = tests[weakest].p_value
        if p_value is None or not p_value > slstay:
            break
        log.decide("remove", weakest, "wald", tests[weakest])
        removed.add(weakest)
        kept = tuple(name for name in fit.names if name != weakest)
        fit = fit_cox(with_covariates(data, kept), ties=fit.ties)
    return fit, removed


def wald_tests(fit: CoxFit) -> dict[str, TestResult]:
    """The Wald chi-square (b / se)^2 of each covariate of an estimable model."""
    terms = cox_terms(fit, conf_level=0.95)
    return {
        name: chi_square_test((log_hr / std_error) ** 2, 1)
        for name, log_hr, std_error in terms.select("factor", "log_hr", "std_error").rows()
    }


def _why_nothing_enters(outside: Sequence[str], slentry: float) -> str:
    if not outside:
        return "every candidate is in the model"
    return f"no candidate has a score test with P < {slentry:g}"


def _finished(log: _Log, fit: CoxFit, reason: str) -> SelectionResult:
    status = statuses.OK if fit.log_hr is not None else fit.status
    log.decide("stop", None, None, TestResult(None, 0, None, status))
    steps = pl.DataFrame(log.rows, schema=STEP_SCHEMA, orient="row")
    return SelectionResult(steps=steps, selected=fit.names, fit=fit, stop_reason=reason)
