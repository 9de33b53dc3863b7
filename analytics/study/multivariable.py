"""The models of plan.toml with several factors at once, pre-specified: Cox and Fine-Gray."""

from typing import Final

from analytics.study.cautions import censoring_caution, join_cautions
from analytics.study.contrasts import entry_facts
from analytics.study.definitions import Definitions
from analytics.study.errors import StudyError
from analytics.study.guard import (
    check_describes_baseline,
    check_has_groups,
    check_known_at_origin,
    check_population,
    later_than_origin,
)
from analytics.study.keys import Table
from analytics.study.model_analyses import censoring_groups, likelihood_of, pooled_over_of
from analytics.study.siblings import guarded
from analytics.study.specification import Analysis, ModelFactor, Variance
from analytics.study.strata import check_varies_within_strata, read_stratified_by

_KEYS: Final = ("factor", "reference", "trend", "per", "spline")
KNOTS: Final = (3, 7)
_VARIANCES: Final[dict[str, Variance]] = {"model": "inverse_information", "robust": "robust"}


def read_multivariable(
    table: Table, base: Analysis, definitions: Definitions, _earlier: list[Analysis]
) -> list[Analysis]:
    """A Cox model of several factors, and its delayed-entry sibling if it has one."""
    factors = read_model_factors(table, definitions)
    stratified_by = read_stratified_by(table, definitions)
    for factor in factors:
        check_varies_within_strata(table, factor.factor, stratified_by)
    pooled_over = pooled_over_of(table, definitions)
    analysis = base.model_copy(
        update={
            "endpoint": definitions.endpoint(table),
            "population": definitions.population(table),
            "model_factors": factors,
            "interactions": _interactions(table, factors),
            "stratified_by": stratified_by,
            "pooled_over": pooled_over,
            "entry_facts": entry_facts(table, definitions),
            "as_published": table.text("as_published"),
            **likelihood_of(table),
            **_variance(table, definitions),
        }
    )
    if analysis.variance == "robust" and (analysis.firth or analysis.limits != "wald"):
        raise StudyError(
            f"{table.where}: a robust variance has neither profile limits nor Firth's likelihood, "
            "which take all rows as independent; remove variance, or firth and limits."
        )
    if analysis.variance == "robust" and analysis.ties == "exact":
        raise StudyError(
            f'{table.where}: ties = "exact" cannot be combined with variance = "robust", since the '
            "exact likelihood has no residual of a single row; keep one of them."
        )
    pooled = (pooled_over,) if pooled_over else ()
    assessed = (*(factor.factor for factor in factors), *stratified_by, *pooled)
    return guarded(table, analysis, assessed, definitions)


def read_fine_gray_multivariable(
    table: Table, base: Analysis, definitions: Definitions, _earlier: list[Analysis]
) -> list[Analysis]:
    """A Fine-Gray model of several baseline factors; groups, if any, are censored unlike."""
    endpoint, population = definitions.endpoint(table), definitions.population(table)
    factors = read_model_factors(table, definitions)
    for factor in factors:
        if definitions.factors[factor.factor].timing == "post_baseline":
            raise StudyError(
                f"{table.where} factor '{factor.factor}': this factor is post-baseline, but a "
                "Fine-Gray model does not allow time-dependent factors; use cox_multivariable."
            )
    check_population(table.where, endpoint, population, definitions)
    pooled_over = pooled_over_of(table, definitions)
    pooled = (pooled_over,) if pooled_over else ()
    names = (*(factor.factor for factor in factors), *pooled)
    later = later_than_origin(endpoint, population, names, definitions)
    check_known_at_origin(table.where, endpoint, later, definitions)
    groups = censoring_groups(table, definitions)
    return [
        base.model_copy(
            update={
                "endpoint": endpoint,
                "population": population,
                "pooled_over": pooled_over,
                "censoring_groups": groups,
                "model_factors": factors,
                "interactions": _interactions(table, factors),
                "caution": join_cautions(censoring_caution(groups), base.caution),
            }
        )
    ]


def read_model_factors(
    table: Table, definitions: Definitions, key: str = "factors", *, may_be_none: bool = False
) -> tuple[ModelFactor, ...]:
    """The factors that a key lists, none twice, each with how it enters the model."""
    values = table.tables(key)
    if not values and not may_be_none:
        raise StudyError(f"{table.where}: no {key}; list the factors of the model.")
    found: list[ModelFactor] = []
    for value in values:
        row = Table(
            f"{table.where} {key.replace('_', ' ')[:-1]} '{value.get('factor', '?')}'", value
        )
        row.allow(_KEYS)
        factor = _factor(row, definitions)
        if factor.factor in {other.factor for other in found}:
            raise StudyError(f"{row.where}: this factor is listed twice; remove one.")
        found.append(factor)
    return tuple(found)


def _factor(row: Table, definitions: Definitions) -> ModelFactor:
    factor = definitions.factors[row.known("factor", definitions.factors, "factor")]
    check_describes_baseline(row.where, factor)
    trend = row.truth("trend", default=False)
    if factor.type == "continuous":
        _refuse(row, ("reference", "trend"), f"factor '{factor.factor}' is continuous")
        return ModelFactor(factor=factor.factor, per=_per(row), spline=_spline(row))
    _refuse(row, ("per", "spline"), f"factor '{factor.factor}' has levels")
    levels = definitions.levels[factor.factor]
    if trend:
        _refuse(row, ("reference",), "a trend takes the levels in their order and has no reference")
        return ModelFactor(factor=factor.factor, trend=True)
    if "reference" not in row.values:
        raise StudyError(
            f"{row.where}: key 'reference' is missing; name the level that the others are compared "
            f"with: {', '.join(levels)}."
        )
    reference = row.known("reference", levels, f"{factor.factor} level")
    return ModelFactor(factor=factor.factor, reference=reference)


def _refuse(row: Table, keys: tuple[str, ...], fact: str) -> None:
    for key in keys:
        if key in row.values:
            raise StudyError(f"{row.where}: {fact}; remove {key}.")


def _per(row: Table) -> float:
    per = row.number("per")
    if per is None:
        return 1.0
    if "spline" in row.values:
        raise StudyError(f"{row.where}: per and spline cannot be combined; keep one of them.")
    if not per > 0:
        raise StudyError(f"{row.where}: per is {per:g}; write the units of one step, above 0.")
    return per


def _spline(row: Table) -> int | None:
    knots = row.number("spline")
    if knots is None:
        return None
    if not float(knots).is_integer() or not KNOTS[0] <= knots <= KNOTS[1]:
        raise StudyError(
            f"{row.where}: spline is {knots:g}; write the number of knots, {KNOTS[0]} to "
            f"{KNOTS[1]}."
        )
    return int(knots)


def _interactions(table: Table, factors: tuple[ModelFactor, ...]) -> tuple[tuple[str, str], ...]:
    """Pairs of different factors of the model, none twice."""
    names = [factor.factor for factor in factors]
    found: list[tuple[str, str]] = []
    values = table.values.get("interactions", [])
    if not isinstance(values, list):
        raise StudyError(
            f'{table.where}: interactions must be a list of pairs, such as [["{names[0]}", "..."]].'
        )
    for value in values:
        if not (
            isinstance(value, list)
            and len(value) == 2
            and all(isinstance(name, str) for name in value)
            and value[0] != value[1]
        ):
            raise StudyError(
                f"{table.where}: interactions holds {value!r}; write two different factors of the "
                "model in each pair."
            )
        for name in value:
            table.check(name, names, "factor of this model")
        if {*value} in [{*pair} for pair in found]:
            raise StudyError(
                f"{table.where}: the interaction of '{value[0]}' and '{value[1]}' is listed twice; "
                "remove one."
            )
        found.append((value[0], value[1]))
    return tuple(found)


def _variance(table: Table, definitions: Definitions) -> dict[str, object]:
    """The keys `variance` and `cluster`; clusters are the subjects unless a factor is named."""
    name = (
        table.known("variance", _VARIANCES, "variance") if "variance" in table.values else "model"
    )
    cluster = table.text("cluster")
    if cluster is not None:
        if name != "robust":
            raise StudyError(
                f'{table.where}: cluster is for a robust variance; add variance = "robust" or '
                "remove cluster."
            )
        factor = definitions.factors[table.check(cluster, definitions.factors, "factor")]
        check_has_groups(table.where, "cluster", factor)
        if factor.timing == "post_baseline":
            raise StudyError(
                f"{table.where}: cluster '{cluster}' is known only after the origin; choose a "
                "baseline factor."
            )
    return {"variance": _VARIANCES[name], "cluster": cluster}
