"""factors.csv and factor_levels.csv: patient characteristics and their levels."""

import math
import re
from collections.abc import Collection
from pathlib import Path
from typing import Final

from analytics.study.errors import StudyError
from analytics.study.facts import Facts, is_baseline
from analytics.study.rows import Row, read_rows
from analytics.study.specification import (
    Derivation,
    Factor,
    FactorLevel,
    FactorType,
    Timing,
)

FACTORS_FILE: Final = "factors.csv"
FACTOR_COLUMNS: Final = (
    "factor",
    "label",
    "timing",
    "type",
    "derivation",
    "domain",
    "testcd",
    "category",
    "specimen",
    "evaluator",
    "unit",
    "add",
    "no_record",
    "fact",
    "assessed_fact",
    "display_order",
    "description",
)
LEVEL_COLUMNS: Final = (
    "factor",
    "level",
    "label",
    "display_order",
    "wording",
    "lower",
    "lower_inclusive",
    "upper",
    "upper_inclusive",
)

_VARIABLE: Final = re.compile(r"[A-Z][A-Z0-9_]{0,7}")

# Columns of the mart `subjects` that a table may describe; none is known at the first dose.
SUBJECT_COLUMNS: Final = ("CYCLES_STARTED",)


def read_factors(folder: Path, facts: Facts) -> tuple[Factor, ...]:
    """factors.csv in display order, checked one by one and for duplicates."""
    factors: dict[str, Factor] = {}
    for row in read_rows(folder / FACTORS_FILE, FACTOR_COLUMNS):
        factor = _factor(row, facts)
        if factor.factor in factors:
            raise StudyError(
                f"{row.where}: factor '{factor.factor}' is defined twice; keep one of them."
            )
        factors[factor.factor] = factor
    return tuple(sorted(factors.values(), key=lambda factor: factor.display_order))


def read_factor_levels(folder: Path, factors: tuple[Factor, ...]) -> tuple[FactorLevel, ...]:
    """factor_levels.csv: every categorical factor has a level, ranges and wordings do not meet."""
    by_name = {factor.factor: factor for factor in factors}
    levels: list[FactorLevel] = []
    seen: set[tuple[str, str]] = set()
    for row in read_rows(folder / "factor_levels.csv", LEVEL_COLUMNS):
        level = _level(row, by_name)
        _check_overlap(row, level, [other for other in levels if other.factor == level.factor])
        wording = " ".join((level.wording or "").upper().split())
        if wording and (level.factor, wording) in seen:
            raise StudyError(
                f"{row.where}: factor '{level.factor}' has the wording '{level.wording}' "
                "already; keep one of them."
            )
        seen.add((level.factor, wording))
        levels.append(level)
    with_levels = {level.factor for level in levels if level.level is not None}
    for factor in factors:
        if factor.type == "categorical" and factor.factor not in with_levels:
            raise StudyError(
                f"factor_levels.csv: categorical factor '{factor.factor}' has no level; add one."
            )
    return tuple(levels)


def _factor(row: Row, facts: Facts) -> Factor:
    derivation = row.choice("derivation", Derivation)
    timing = row.choice("timing", Timing)
    factor = Factor.model_validate(
        {
            "factor": row.required("factor"),
            "label": row.required("label"),
            "timing": timing,
            "type": row.choice("type", FactorType),
            "derivation": derivation,
            "domain": row.text("domain"),
            "testcd": row.text("testcd"),
            "category": row.text("category"),
            "specimen": row.text("specimen"),
            "evaluator": row.text("evaluator"),
            "unit": row.text("unit"),
            "add": row.number("add"),
            "no_record": row.text("no_record"),
            "fact": row.text("fact"),
            "assessed_fact": row.text("assessed_fact"),
            "display_order": row.integer("display_order"),
            "description": row.text("description"),
        }
    )
    _check_source(row, factor, facts)
    return factor


def _check_source(row: Row, factor: Factor, facts: Facts) -> None:
    if factor.derivation == "fact":
        _check_fact_source(row, factor, facts)
        return
    if factor.derivation == "adam":
        _check_adam_source(row, factor)
        return
    if factor.timing == "post_baseline":
        raise StudyError(
            f"{row.where}: post-baseline factor '{factor.factor}' needs the derivation fact, as "
            "only a fact has a date on which it changes."
        )
    for column in ("fact", "assessed_fact"):
        if row.text(column):
            raise StudyError(
                f"{row.where}: factor '{factor.factor}' is read from records, so column "
                f"'{column}' must be empty."
            )
    if factor.derivation == "subject_column":
        row.known(row.required("testcd"), SUBJECT_COLUMNS, "column of subjects")
        return
    domain = row.domain("domain")
    if factor.derivation != "variable":
        return
    variable = row.required("testcd")
    if domain == "SUPP" and factor.category == "DM":
        return
    if domain != "DM":
        raise StudyError(
            f"{row.where}: derivation variable reads DM, or a qualifier of it (domain SUPP, "
            f"category DM), not {domain}; use last_value for other domains."
        )
    if not _VARIABLE.fullmatch(variable):
        raise StudyError(
            f"{row.where}: '{variable}' is not a variable of DM; write its name in capitals, such "
            "as ACTARM."
        )


def _check_adam_source(row: Row, factor: Factor) -> None:
    """What adam_names.csv says of the factor is all there is to say."""
    for column in ("domain", "testcd", "category", "specimen", "evaluator", "add", "fact"):
        if row.text(column):
            raise StudyError(
                f"{row.where}: factor '{factor.factor}' is read from the ADaM variable that "
                f"adam_names.csv names, so column '{column}' must be empty."
            )
    if factor.timing == "post_baseline" and factor.type != "categorical":
        raise StudyError(
            f"{row.where}: factor '{factor.factor}' changes after baseline, so its type must be "
            "categorical."
        )


def _check_fact_source(row: Row, factor: Factor, facts: Facts) -> None:
    fact = row.one_of("fact", facts, "fact")
    if factor.type != "categorical":
        raise StudyError(
            f"{row.where}: factor '{factor.factor}' is derived from a fact, so its type must be "
            "categorical."
        )
    if factor.assessed_fact is not None:
        row.known(factor.assessed_fact, facts, "fact")
    if (factor.timing == "baseline") != is_baseline(fact, facts):
        is_known = "known at" if is_baseline(fact, facts) else "known only after"
        raise StudyError(
            f"{row.where}: factor '{factor.factor}' is {factor.timing}, but the fact '{fact}' is "
            f"{is_known} baseline; correct the timing."
        )


def _level(row: Row, factors: dict[str, Factor]) -> FactorLevel:
    name = row.one_of("factor", factors, "factor")
    level = FactorLevel(
        factor=name,
        level=row.text("level"),
        label=row.required("label"),
        display_order=row.integer("display_order"),
        wording=row.text("wording"),
        lower=row.number("lower"),
        lower_inclusive=row.truth("lower_inclusive"),
        upper=row.number("upper"),
        upper_inclusive=row.truth("upper_inclusive"),
    )
    _check_level(row, level, factors[name].derivation)
    return level


def _check_level(row: Row, level: FactorLevel, derivation: str) -> None:
    """A level of a record has a wording or a range; yes and no of a fact need neither."""
    has_range = level.lower is not None or level.upper is not None
    needs_match = level.level is None or derivation not in ("fact", "any_record")
    if level.wording is None and not has_range and needs_match:
        raise StudyError(
            f"{row.where}: a level of factor '{level.factor}' needs a wording or a lower or upper "
            "bound."
        )
    if level.wording is not None and has_range:
        raise StudyError(
            f"{row.where}: a level of factor '{level.factor}' has both a wording and a range; use "
            "one row for each."
        )
    if level.lower is not None and level.upper is not None and level.lower > level.upper:
        raise StudyError(
            f"{row.where}: lower bound {row.text('lower')} of factor '{level.factor}' is above "
            f"its upper bound {row.text('upper')}; swap them."
        )
    for side in ("lower", "upper"):
        if getattr(level, side) is not None and getattr(level, f"{side}_inclusive") is None:
            raise StudyError(
                f"{row.where}: say whether the {side} bound of factor '{level.factor}' belongs to "
                f"the level; set {side}_inclusive to true or false."
            )


def _check_overlap(row: Row, level: FactorLevel, others: Collection[FactorLevel]) -> None:
    if level.lower is None and level.upper is None:
        return
    for other in others:
        if (other.lower is not None or other.upper is not None) and _overlap(level, other):
            raise StudyError(
                f"{row.where}: the range of level '{level.level}' of factor '{level.factor}' "
                f"overlaps that of '{other.level}'; move a bound."
            )


def _overlap(one: FactorLevel, other: FactorLevel) -> bool:
    return not (_ends_before(one, other) or _ends_before(other, one))


def _ends_before(one: FactorLevel, other: FactorLevel) -> bool:
    upper = math.inf if one.upper is None else one.upper
    lower = -math.inf if other.lower is None else other.lower
    if upper == lower:
        return not (one.upper_inclusive and other.lower_inclusive)
    return upper < lower
