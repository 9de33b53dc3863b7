"""The two compared groups of an outcomes table: how their proportions differ, line by line."""

from collections.abc import Iterator
from typing import Any, Final

import polars as pl

from analytics.methods.mantel_haenszel import (
    cochran_mantel_haenszel_test,
    common_odds_ratio,
    hypergeometric_variance,
)
from analytics.methods.statuses import not_estimable
from analytics.methods.two_by_two import (
    EffectMeasure,
    TwoByTwo,
    fisher_exact_p,
    odds_ratio,
    proportion_difference,
)
from analytics.results.marts import Marts
from analytics.results.statuses import SHARED
from analytics.study.cautions import join_cautions, outcome_strata_caution
from analytics.study.specification import Analysis, OutcomeLine, Parameters

Row = dict[str, Any]

_PERCENT: Final = 100.0
_COUNTS: Final = ("n", "denominator", "n_reference", "denominator_reference")


def outcome_difference_rows(
    analysis: Analysis, marts: Marts, parameters: Parameters
) -> Iterator[Row]:
    """A row per line of a table with groups to compare; the second of them is the reference.

    Subjects with an unknown level of a stratification factor count in the difference, the odds
    ratio and Fisher's test, and are left out of what is stratified. Groups that share subjects
    keep their rows with a status.
    """
    if not analysis.compared:
        return
    group, reference = (marts.members(name) for name in analysis.compared)
    is_shared = not group.join(reference, on="usubjid", how="semi").is_empty()
    strata = _known_strata(marts, analysis.stratified_by)
    for line in analysis.lines:
        subjects = _subjects(marts, line, group, reference)
        row = {
            "analysis_id": analysis.analysis_id,
            "outcome": line.outcome,
            "level": line.level,
            "group_population": analysis.compared[0],
            "reference_population": analysis.compared[1],
            **_counts(subjects).row(0, named=True),
            "caution": analysis.caution,
        }
        in_strata = subjects.join(strata, on="usubjid") if analysis.stratified_by else None
        if is_shared:
            yield row | _not_compared(in_strata is not None)
            continue
        yield (
            row
            | _compared(subjects, parameters)
            | _stratified(subjects, in_strata, analysis, parameters)
        )


def _subjects(
    marts: Marts, line: OutcomeLine, group: pl.DataFrame, reference: pl.DataFrame
) -> pl.DataFrame:
    """A row per subject of the groups whom the line is about.

    Columns: usubjid, is_reference, has_outcome.
    """
    both = pl.concat(
        [
            group.with_columns(is_reference=pl.lit(False)),
            reference.with_columns(is_reference=pl.lit(True)),
        ]
    )
    if line.denominator is not None:
        both = both.join(marts.members(line.denominator), on="usubjid", how="semi")
    outcome = marts.members(line.population).with_columns(has_outcome=pl.lit(True))
    return both.join(outcome, on="usubjid", how="left").with_columns(
        pl.col("has_outcome").fill_null(False)
    )


def _counts(subjects: pl.DataFrame) -> pl.DataFrame:
    """One row with the subjects of either group, and those of them with the outcome."""
    return subjects.select(_counted())


def _counted() -> tuple[pl.Expr, ...]:
    outcome, is_reference = pl.col("has_outcome"), pl.col("is_reference")
    return (
        (outcome & ~is_reference).sum().cast(pl.Int64).alias("n"),
        (~is_reference).sum().cast(pl.Int64).alias("denominator"),
        (outcome & is_reference).sum().cast(pl.Int64).alias("n_reference"),
        is_reference.sum().cast(pl.Int64).alias("denominator_reference"),
    )


def _known_strata(marts: Marts, factors: tuple[str, ...]) -> pl.DataFrame:
    """The subjects whose level of every factor is known, with a column of levels per factor."""
    known = marts.subject_factors.filter(pl.col("level").is_not_null())
    strata = marts.subject_factors.select("usubjid").unique()
    for factor in factors:
        levels = known.filter(pl.col("factor") == factor)
        strata = strata.join(levels.select("usubjid", pl.col("level").alias(factor)), on="usubjid")
    return strata


def _compared(subjects: pl.DataFrame, parameters: Parameters) -> Row:
    """The numbers of all subjects, strata aside; the difference in percentage points."""
    table = TwoByTwo(**_counts(subjects).row(0, named=True))
    difference = proportion_difference(table, conf_level=parameters.conf_level)
    return {
        "difference": _in_points(difference.estimate),
        "ci_lower": _in_points(difference.ci_lower),
        "ci_upper": _in_points(difference.ci_upper),
        "fisher_p": fisher_exact_p(table),
        "status": difference.status,
        **_ratio("odds_ratio", odds_ratio(table, conf_level=parameters.conf_level)),
    }


def _stratified(
    subjects: pl.DataFrame,
    in_strata: pl.DataFrame | None,
    analysis: Analysis,
    parameters: Parameters,
) -> Row:
    """The numbers of the subjects whose stratum is known; nothing without strata."""
    if in_strata is None:
        return {}
    counts = in_strata.group_by(analysis.stratified_by).agg(_counted())
    tables = [
        TwoByTwo(**row) for row in counts.sort(analysis.stratified_by).select(_COUNTS).to_dicts()
    ]
    test = cochran_mantel_haenszel_test(tables)
    n_informative = sum(hypergeometric_variance(table) > 0 for table in tables)
    return {
        "n_missing": subjects.height - in_strata.height,
        "n_strata": len(tables),
        "n_strata_informative": n_informative,
        "cmh_statistic": test.statistic,
        "cmh_p": test.p_value,
        "cmh_status": test.status,
        **_ratio("common_odds_ratio", common_odds_ratio(tables, conf_level=parameters.conf_level)),
        "caution": join_cautions(
            analysis.caution, outcome_strata_caution(len(tables), n_informative)
        ),
    }


def _ratio(name: str, ratio: EffectMeasure) -> Row:
    return {
        name: ratio.estimate,
        f"{name}_ci_lower": ratio.ci_lower,
        f"{name}_ci_upper": ratio.ci_upper,
        f"{name}_status": ratio.status,
    }


def _not_compared(is_stratified: bool) -> Row:
    """The statuses of groups that share subjects."""
    names = ["status", "odds_ratio_status"]
    if is_stratified:
        names += ["cmh_status", "common_odds_ratio_status"]
    return dict.fromkeys(names, not_estimable(SHARED))


def _in_points(fraction: float | None) -> float | None:
    return None if fraction is None else _PERCENT * fraction
