"""Regression on a frame of one's own: Cox's model, and Fine and Gray's."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl

from analytics.api.given import (
    CODE,
    ENTRY,
    STANDARD,
    TIME,
    Conventions,
    given_data,
    known_levels,
    names_of,
    occurring,
    refuse_other_length,
    subjects,
    told,
)
from analytics.api.shown import frame_html
from analytics.errors import UsageError
from analytics.methods.arrays import FloatArray
from analytics.methods.chi_square import TestResult, chi_square_test, quadratic_form
from analytics.methods.cox import CoxData, CoxFit, cox_terms, fit_cox, proportional_hazards_test
from analytics.methods.fine_gray import FineGrayData, fine_gray_terms, fit_fine_gray
from analytics.methods.joint_tests import joint_likelihood_ratio_test
from analytics.methods.profile import with_profile_limits
from analytics.methods.statuses import NO_EVENTS, NO_SUBJECTS, OK, not_estimable
from analytics.plural import counted

ORIGIN: Final = 0.5  # the time in a model of an end on day 0


@dataclass(frozen=True)
class Model:
    """A fitted model: its terms, the tests of several of them, and whom it is of.

    `terms` has a row per coefficient: term, factor, level, reference, log_ratio, std_error, ratio,
    ci_lower, ci_upper, p_value, status; the ratio is a hazard ratio (Cox) or a subdistribution
    hazard ratio (Fine and Gray), the limits and P value are Wald's, or with `firth` those of the
    profile. `tests` has a row per test: test, of, statistic (chi-square), df, p_value, status. `n`,
    `n_event` count the subjects of the model, `n_missing` those left out for an unknown value.
    `status` is `ok` or says why nothing could be estimated; the numbers are null then.
    """

    kind: str
    terms: pl.DataFrame
    tests: pl.DataFrame
    n: int
    n_event: int
    n_missing: int
    status: str

    def __str__(self) -> str:
        """Whom the model is of."""
        missing = f", {self.n_missing} left out for an unknown value" if self.n_missing else ""
        status = "" if self.status == OK else f": {self.status}"
        sizes = f"{counted(self.n, 'subject')}, {counted(self.n_event, 'event')}"
        return f"{self.kind} of {sizes}{missing}{status}"

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{frame_html(self.terms)}{frame_html(self.tests)}"


@dataclass(frozen=True)
class _Term:
    """A column of the model: of a continuous factor, or of a level against the reference."""

    name: str
    factor: str
    level: str | None
    reference: str | None
    values: FloatArray


@dataclass(frozen=True)
class _Design:
    """The complete cases: their rows, the columns of the model, the codes of their strata."""

    rows: pl.DataFrame
    terms: tuple[_Term, ...]
    stratum: Any
    n_missing: int

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(term.name for term in self.terms)

    @property
    def covariates(self) -> FloatArray:
        columns = [term.values for term in self.terms]
        return np.ascontiguousarray(np.column_stack(columns), dtype=np.float64)

    @property
    def time(self) -> FloatArray:
        """The time of the end, half a day for one on the day of the origin."""
        return np.asarray(np.maximum(self.rows[TIME].to_numpy(), ORIGIN), dtype=np.float64)

    @property
    def n_event(self) -> int:
        return int((self.rows[CODE] == 1).sum())

    @property
    def obstacle(self) -> str | None:
        if self.rows.is_empty():
            return not_estimable(NO_SUBJECTS)
        return None if self.n_event else not_estimable(NO_EVENTS)


def cox(  # noqa: PLR0913, PLR0917 - a model has as many parts
    data: Any,
    time: str,
    event: str,
    terms: str | Sequence[str],
    strata: str | Sequence[str] | None = None,
    entry: str | None = None,
    conventions: Conventions = STANDARD,
    *,
    firth: bool = False,
) -> Model:
    """Cox's proportional hazards model of one row per subject.

    `time` is in days; `event` is 1 event, 0 censored, 2 competing (from R's 1 and 2 subtract 1).

    `terms` are columns: a number is taken per unit; text, a category or yes/no has a term for each
    level but the first, which is the reference (to choose it, give a `pl.Enum` with its levels in
    order). `strata` have a baseline hazard each. A subject with an unknown value (null, NaN or the
    level `unknown`) is left out and counted. A competing event is a censoring, so that the ratio is
    of cause-specific hazards. An event on day 0 counts at day 0.5. `tests` are the likelihood
    ratio, score and Wald test of all terms, Wald's of each factor with several, and proportional
    hazards (Grambsch and Therneau) of each term and of all.

    `firth` maximises Firth's penalised likelihood, which has estimates for a level without events
    too. Limits and P values are then those of its profile, and a factor with several terms has its
    likelihood ratio test as well; there is no test of proportional hazards.

    Raises PlateauError for a column that is missing, a factor of one level, or unusable rows, and
    for codes 1 and 2 without a 0.

    Source: Cox, J R Stat Soc B 1972;34:187; Efron, J Am Stat Assoc 1977;72:557. In R:
    `coxph(Surv(time, event) ~ terms, ties = "efron")` and `cox.zph`. In SQL: none; on the command
    line `plateau ask --cox`.
    """
    design = _design(data, time, event, terms, strata, entry, is_cause_specific=True)
    with told():
        fitted = CoxData(
            tstart=design.rows[ENTRY].to_numpy(),
            tstop=design.time,
            event=(design.rows[CODE] == 1).cast(pl.Int64).to_numpy(),
            covariates=design.covariates,
            names=design.names,
            stratum=design.stratum,
        )
        fit = fit_cox(fitted, ties=conventions.ties, penalty="firth" if firth else None)
        if firth and fit.status == OK:
            fit = with_profile_limits(fitted, fit, conf_level=conventions.conf_level)
        zph = proportional_hazards_test(fitted, fit, transform=conventions.ph_transform)
    status = design.obstacle or fit.status
    table = cox_terms(fit, conf_level=conventions.conf_level)
    tests = [
        *_overall(("likelihood_ratio", fit.lr_test), ("score", fit.score_test)),
        *_overall(("wald", fit.wald_test)),
        *_of_factors(design, fit.log_hr, fit.covariance),
        *_penalised_factors(design, fitted, fit),
        *(
            {**row, "test": "proportional_hazards", "of": _all_terms(row["factor"])}
            for row in zph.iter_rows(named=True)
        ),
    ]
    table = table.rename({"log_hr": "log_ratio", "hr": "ratio"})
    return _model("Cox model", design, table, tests, status)


def fine_gray(
    data: Any,
    time: str,
    event: str,
    terms: str | Sequence[str],
    conventions: Conventions = STANDARD,
) -> Model:
    """Fine and Gray's model of the cumulative incidence of the event (code 1).

    `time` is in days; `event` is 1 event, 0 censored, 2 competing (from R's 1 and 2 subtract 1).

    Terms, levels and unknown values are as in `cox`. Ties are Breslow's, the standard errors allow
    for the estimated censoring. `tests` are Wald's. There are neither strata nor late entries.

    Raises PlateauError as `cox` does.

    Source: Fine and Gray, J Am Stat Assoc 1999;94:496. In R: `cmprsk::crr`. In a release:
    `results.fine_gray_term`.
    """
    design = _design(data, time, event, terms, None, None)
    with told():
        fit = fit_fine_gray(
            FineGrayData(
                time=design.time,
                event_code=design.rows[CODE].to_numpy(),
                covariates=design.covariates,
                names=design.names,
            )
        )
    table = fine_gray_terms(fit, conf_level=conventions.conf_level)
    tests = [
        *_overall(("wald", fit.wald_test)),
        *_of_factors(design, fit.log_shr, fit.covariance),
    ]
    table = table.rename({"log_shr": "log_ratio", "shr": "ratio"})
    return _model("Fine and Gray model", design, table, tests, design.obstacle or fit.status)


def _design(  # noqa: PLR0913, PLR0917
    data: Any,
    time: str,
    event: str,
    terms: str | Sequence[str],
    strata: str | Sequence[str] | None,
    entry: str | None,
    *,
    is_cause_specific: bool = False,
) -> _Design:
    """The complete cases and their columns, in an order that their values alone decide."""
    given = given_data(data)
    rows = subjects(given, time, event, entry, is_cause_specific=is_cause_specific)
    factors, of_strata = names_of(terms), names_of(strata)
    if not factors:
        raise UsageError("A model needs at least one term; name a column.")
    repeated = [name for name in (*factors, *of_strata) if (*factors, *of_strata).count(name) > 1]
    if repeated:
        raise UsageError(f"Column '{repeated[0]}' is named twice in the model; name it once.")
    for i, name in enumerate(factors):
        values = _values(given.column(name, "a term"))
        refuse_other_length(values, name, rows.height)
        rows = rows.with_columns(values.alias(f"term {i}"))
    for i, name in enumerate(of_strata):
        values = known_levels(given.column(name, "the strata"))
        refuse_other_length(values, name, rows.height)
        rows = rows.with_columns(values.alias(f"stratum {i}"))
    complete = rows.drop_nulls().sort([name for name in rows.columns if name != "group"])
    numbers = [f"stratum {i}" for i, _ in enumerate(of_strata)]
    return _Design(
        complete,
        tuple(
            term for i, name in enumerate(factors) for term in _terms(name, complete[f"term {i}"])
        ),
        complete.select(pl.struct(numbers).rank("dense")).to_series().to_numpy().astype(np.int64)
        if numbers
        else None,
        rows.height - complete.height,
    )


def _values(given: pl.Series) -> pl.Series:
    """Numbers, or levels; null where unknown."""
    if given.dtype.is_numeric():
        numbers = given.cast(pl.Float64)
        return numbers.set(numbers.is_nan().fill_null(False), None)
    return known_levels(given)


def _terms(factor: str, values: pl.Series) -> Iterator[_Term]:
    if not isinstance(values.dtype, pl.Enum):
        yield _Term(factor, factor, None, None, values.to_numpy())
        return
    found = occurring(values)
    if len(found) < 2:
        raise UsageError(
            f"Column '{factor}' has {counted(len(found), 'level')} among the "
            "complete cases, so that nothing is compared; remove it from the model."
        )
    reference, *others = found
    texts = values.cast(pl.String)
    for level in others:
        indicator = (texts == level).cast(pl.Float64).to_numpy()
        yield _Term(f"{factor} {level}", factor, level, reference, indicator)


def _overall(*tests: tuple[str, TestResult | None]) -> Iterator[dict[str, Any]]:
    for name, test in tests:
        if test is not None:
            yield {"test": name, "of": "all terms", **vars(test)}


def _of_factors(
    design: _Design, estimate: FloatArray | None, covariance: FloatArray | None
) -> Iterator[dict[str, Any]]:
    """Wald's test of all terms of a factor at once, for one of several factors with several."""
    for factor, own in _joint_factors(design):
        if estimate is None or covariance is None:
            continue
        statistic = quadratic_form(estimate[own], covariance[np.ix_(own, own)])
        if statistic is not None:
            yield {"test": "wald", "of": factor, **vars(chi_square_test(statistic, int(own.sum())))}


def _penalised_factors(design: _Design, data: CoxData, fit: CoxFit) -> Iterator[dict[str, Any]]:
    """The penalised likelihood ratio test of the same factors; none of an ordinary fit."""
    if fit.penalty is None or fit.status != OK:
        return
    for factor, own in _joint_factors(design):
        tested = [name for name, is_own in zip(design.names, own, strict=True) if is_own]
        test = joint_likelihood_ratio_test(data, fit, tested)
        yield {"test": "likelihood_ratio", "of": factor, **vars(test)}


def _joint_factors(design: _Design) -> Iterator[tuple[str, Any]]:
    """The factors with several terms beside others, and which terms are theirs."""
    for factor in dict.fromkeys(term.factor for term in design.terms):
        own = np.array([term.factor == factor for term in design.terms])
        if own.sum() > 1 and not own.all():
            yield factor, own


def _in_python(status: str) -> str:
    """A status whose advice is written as an argument of Python."""
    return status.replace("firth = true", "firth=True")


def _all_terms(factor: str) -> str:
    return "all terms" if factor == "GLOBAL" else factor


def _model(
    kind: str, design: _Design, table: pl.DataFrame, tests: list[dict[str, Any]], status: str
) -> Model:
    words = pl.DataFrame(
        {
            "term": design.names,
            "factor": [term.factor for term in design.terms],
            "level": [term.level for term in design.terms],
            "reference": [term.reference for term in design.terms],
        },
        schema=dict.fromkeys(("term", "factor", "level", "reference"), pl.String),
    )
    status = _in_python(status)
    numbers = table.drop("factor").with_columns(status=pl.lit(status))
    columns = {
        "test": pl.String, "of": pl.String, "statistic": pl.Float64, "df": pl.Int64,
        "p_value": pl.Float64, "status": pl.String,
    }  # fmt: skip
    kept = [
        {name: row[name] for name in columns} | {"status": _in_python(row["status"])}
        for row in tests
    ]
    return Model(
        kind,
        pl.concat([words, numbers], how="horizontal"),
        pl.DataFrame(kept, schema=columns),
        design.rows.height,
        design.n_event,
        design.n_missing,
        status,
    )
