"""A Cox model for a formula of factors: the coding and the fit of the analyses of a plan.

A categorical factor has a term for each level that occurs but the reference: the first one that
occurs, in the order of factor_levels.csv. A factor that changes after the origin is time-dependent,
and its reference is `no`, the level before the change. A continuous factor is taken per unit.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

import duckdb
import numpy as np
import polars as pl

from analytics.errors import UsageError
from analytics.methods.chi_square import chi_square_test, quadratic_form
from analytics.methods.cox import CoxFit, Ties, cox_terms, fit_cox, proportional_hazards_test
from analytics.methods.statuses import OK
from analytics.plural import counted
from analytics.readers.explain.reading import Row, rows_of
from analytics.report.formats import confidence, hazard_ratio, p_phrase, p_value
from analytics.results.cox_design import CoxCohort, CoxDesign, cox_design
from analytics.results.marts import Marts, read_marts
from analytics.study.specification import Contrast, PhTransform
from analytics.text_table import aligned

_PARAMETERS: Final = ("ties", "ph_transform")
_BEFORE_THE_CHANGE: Final = "no"
COX_MARTS: Final = (
    "covariate_intervals",
    "entry_times",
    "factor_changes",
    "population_members",
    "subject_factors",
)


@dataclass(frozen=True)
class StoredFactor:
    """A factor as the warehouse has it, with its verdict on the clock of the endpoint."""

    factor: str
    label: str
    timing: str
    type: str
    unit: str | None
    entry_fact: str | None
    levels: tuple[str, ...] = ()


@dataclass(frozen=True)
class StoredFactors:
    """The factors of the warehouse by name, as the design of a model looks them up."""

    by_name: Mapping[str, StoredFactor]

    def factor(self, name: str) -> StoredFactor:
        """The factor of that name. Raises UsageError with the choices."""
        if name not in self.by_name:
            raise UsageError(
                f"There is no factor '{name}' for a model; choose among {', '.join(self.by_name)}."
            )
        return self.by_name[name]

    def levels_of(self, factor: str) -> tuple[str, ...]:
        """Its known levels in their order."""
        return self.factor(factor).levels


@dataclass(frozen=True)
class AskedCox:
    """A fitted model: per term its factor, words and Wald numbers; tests by factor and overall."""

    design: CoxDesign
    fit: CoxFit
    terms: tuple[Row, ...]
    of_factors: tuple[Row, ...]
    proportional: Row
    references: Mapping[str, str]
    strata: tuple[str, ...]
    status: str


def asked_cox(  # noqa: PLR0913, PLR0917 - a model has as many parts
    connection: duckdb.DuckDBPyConnection,
    endpoint: str,
    population: str,
    names: Sequence[str],
    strata: tuple[str, ...],
    entry_facts: tuple[str, ...],
    *,
    delayed_entry: bool,
) -> AskedCox:
    """Fit the model. Raises UsageError for a factor that is unknown or known too late."""
    factors = stored_factors(connection, endpoint)
    parameters = {
        row["name"]: row["value"]
        for row in rows_of(
            connection,
            "select name, value from staging.stg_study__parameters where list_contains($1, name)",
            list(_PARAMETERS),
        )
    }
    conf_level = rows_of(connection, "from survival.conventions")[0]["conf_level"]
    facts = [*entry_facts, *_awaited(factors, (*names, *strata), endpoint, delayed=delayed_entry)]
    _check_strata(factors, names, strata)
    marts = read_marts(connection, COX_MARTS)
    contrasts, terms, references = _coded(factors, names, marts, endpoint, population)
    cohort = CoxCohort(endpoint, population, tuple(dict.fromkeys(facts)), strata)
    design = cox_design(factors, marts, cohort, contrasts, terms)
    data = design.data()
    fit = fit_cox(data, ties=cast("Ties", parameters["ties"]))
    status = design.obstacle or fit.status
    table = cox_terms(fit, conf_level=conf_level).iter_rows(named=True)
    proportional = proportional_hazards_test(
        data, fit, transform=cast("PhTransform", parameters["ph_transform"])
    )
    words = [_words(factors.factor(contrast.factor), contrast) for contrast in contrasts]
    return AskedCox(
        design,
        fit,
        tuple(
            {**row, "factor": contrast.factor, "term": word}
            for row, contrast, word in zip(table, contrasts, words, strict=True)
        ),
        tuple(_tests_of_factors(contrasts, fit)),
        proportional.row(-1, named=True),
        references,
        strata,
        status,
    )


def stored_factors(connection: duckdb.DuckDBPyConnection, endpoint: str) -> StoredFactors:
    """The factors that a model of the endpoint may have: not those known only at the end."""
    levels: dict[str, list[str]] = {}
    for row in rows_of(connection, "from survival.levels order by factor, level_order"):
        levels.setdefault(row["factor"], []).append(row["level"])
    found = rows_of(
        connection,
        "select f.factor, f.label, f.timing, f.type, f.unit, nullif(s.entry_facts, '') as awaited "
        "from staging.stg_study__factors as f "
        "inner join survival.factors as s on f.factor = s.factor and s.endpoint = $1 "
        "where f.derivation <> 'subject_column' order by f.display_order",
        endpoint,
    )
    return StoredFactors(
        {
            row["factor"]: StoredFactor(
                row["factor"],
                row["label"],
                row["timing"],
                row["type"],
                row["unit"],
                row["awaited"],
                tuple(levels.get(row["factor"], ())),
            )
            for row in found
        }
    )


def _awaited(
    factors: StoredFactors, names: Sequence[str], endpoint: str, *, delayed: bool
) -> Iterator[str]:
    """The assessments that the factors wait for; without delayed entry there must be none."""
    for name in names:
        fact = factors.factor(name).entry_fact
        if fact is not None and not delayed:
            raise UsageError(
                f"{endpoint}: factor '{name}' (known only to those with '{fact}') is known only "
                f"after the origin of {endpoint}, which causes immortal time bias; add "
                "--delayed-entry, so that each patient is at risk from the day it is known."
            )
        if fact is not None:
            yield fact


def _check_strata(factors: StoredFactors, names: Sequence[str], strata: Sequence[str]) -> None:
    for name in strata:
        factor = factors.factor(name)
        if factor.type != "categorical" or factor.timing != "baseline" or name in names:
            raise UsageError(
                f"'{name}' cannot form the strata of the model; name a categorical baseline factor "
                "that is no term of it."
            )


def _coded(
    factors: StoredFactors, names: Sequence[str], marts: Marts, endpoint: str, population: str
) -> tuple[list[Contrast], list[str], dict[str, str]]:
    """The contrasts of the model, the name of each, and the reference level of each factor."""
    contrasts, terms, references = [], [], {}
    for name in names:
        factor = factors.factor(name)
        if factor.type == "continuous":
            contrasts.append(_contrast(name, (), ()))
            terms.append(name)
            continue
        levels = _occurring(factor, marts, endpoint, population)
        if len(levels) < 2:
            raise UsageError(
                f"Factor '{name}' has {counted(len(levels), 'level')} in "
                f"population '{population}', so that nothing is compared; remove it from the model."
            )
        references[name] = levels[0]
        for level in levels[1:]:
            others = tuple(other for other in levels if other != level)
            contrasts.append(_contrast(name, (level,), others))
            terms.append(f"{name} {level}")
    return contrasts, terms, references


def _contrast(name: str, numerator: tuple[str, ...], denominator: tuple[str, ...]) -> Contrast:
    """An indicator of one level against all others; with those of the others a factor's coding."""
    return Contrast(
        factor=name,
        model=name,
        numerator=numerator,
        denominator=denominator,
        numerator_label=", ".join(numerator),
        denominator_label=", ".join(denominator),
    )


def _occurring(
    factor: StoredFactor, marts: Marts, endpoint: str, population: str
) -> tuple[str, ...]:
    """The levels that a subject of the population has: the reference, then in their order."""
    if factor.timing == "baseline":
        rows = marts.subject_factors
    else:
        rows = marts.factor_changes.filter(pl.col("paramcd") == endpoint)
    own = rows.filter(pl.col("factor") == factor.factor)
    found = set(own.join(marts.members(population), on="usubjid", how="semi")["level"])
    occurring = [level for level in factor.levels if level in found]
    if factor.timing == "post_baseline":
        occurring.sort(key=lambda level: level != _BEFORE_THE_CHANGE)
    return tuple(occurring)


def _words(factor: StoredFactor, contrast: Contrast) -> str:
    """A term for people: the level, or the unit of a continuous factor."""
    if factor.type == "continuous":
        return f"{factor.factor}, per unit{f' ({factor.unit})' if factor.unit else ''}"
    changing = ", from its day on" if factor.timing == "post_baseline" else ""
    return f"{factor.factor}: {contrast.numerator[0]}{changing}"


def _tests_of_factors(contrasts: Sequence[Contrast], fit: CoxFit) -> Iterator[Row]:
    """Wald's test of all terms of a factor at once, for a factor with several."""
    for name in dict.fromkeys(contrast.factor for contrast in contrasts):
        own = np.array([contrast.factor == name for contrast in contrasts])
        if own.sum() < 2 or fit.log_hr is None or fit.covariance is None:
            continue
        statistic = quadratic_form(fit.log_hr[own], fit.covariance[np.ix_(own, own)])
        if statistic is not None:
            test = chi_square_test(statistic, int(own.sum()))
            yield {"factor": name, "statistic": statistic, "df": test.df, "p_value": test.p_value}


def cox_rows(found: AskedCox) -> Iterator[tuple[str, str, Any, str]]:
    """Term, quantity, value, status: of every term, of factors, of the model."""
    for row in found.terms:
        for quantity in ("hr", "ci_lower", "ci_upper", "log_hr", "std_error", "p_value"):
            yield row["term"], quantity, row[quantity], found.status
    for row in found.of_factors:
        for quantity in ("statistic", "df", "p_value"):
            yield row["factor"], f"wald_{quantity}", row[quantity], found.status
    for quantity in ("n", "n_event", "n_missing"):
        yield "model", quantity, getattr(found.design, quantity), found.status
    if found.fit.lr_test is not None:
        for quantity in ("statistic", "df", "p_value"):
            yield "model", f"lr_{quantity}", getattr(found.fit.lr_test, quantity), found.status
    yield "model", "proportional_hazards_p_value", found.proportional["p_value"], found.status


def cox_lines(found: AskedCox, endpoint: str, conf_level: float) -> Iterator[str]:
    """The model for people."""
    names = dict.fromkeys(row["factor"] for row in found.terms)
    strata = f", strata {', '.join(found.strata)}" if found.strata else ""
    design = found.design
    missing = f", {design.n_missing} left out for an unknown factor" if design.n_missing else ""
    yield (
        f"Cox model of {endpoint}: {' + '.join(names)}{strata} "
        f"({counted(design.n, 'patient')}, {counted(design.n_event, 'event')}{missing}; "
        f"ties {found.fit.ties})"
    )
    yield from aligned(
        ["term", f"hazard ratio ({confidence(conf_level)})", "P"],
        [
            [
                row["term"],
                hazard_ratio(row["hr"], row["ci_lower"], row["ci_upper"]),
                p_value(row["p_value"]),
            ]
            for row in found.terms
        ],
    )
    if found.status != OK:
        yield found.status
    for row in found.of_factors:
        yield (
            f"{row['factor']}, all its levels: Wald chi-square {row['statistic']:.2f} on "
            f"{row['df']} df, {p_phrase(row['p_value'])}"
        )
    if found.references:
        told = ", ".join(f"{name} {level}" for name, level in found.references.items())
        yield f"Reference level (the first of its factor, or `no` of one that changes): {told}"
    if found.proportional["p_value"] is not None:
        yield f"Proportional hazards, all terms: {p_phrase(found.proportional['p_value'])}"
