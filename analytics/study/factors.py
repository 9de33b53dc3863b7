"""factors.csv and factor_levels.csv: patient characteristics and their levels."""

import math
from collections.abc import Collection
from pathlib import Path
from typing import Final

from analytics.study.codes import LONGEST, WHOLE_POPULATION, free_level, is_variable, meaning_of
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
from analytics.study.terms import normal
from analytics.study.wording import choices, shortened

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


# What these derivations find is an answer, and their levels are named after it.
_ANSWERED: Final = ("fact", "any_record")
_ANSWERS: Final = ("yes", "no")

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
    """factor_levels.csv: every categorical factor has its levels, of which no two meet.

    Of two levels neither ranges nor wordings overlap, and codes differ in more than their case. All
    rows of a level have one label.
    """
    by_name = {factor.factor: factor for factor in factors}
    levels: list[FactorLevel] = []
    for row in read_rows(folder / "factor_levels.csv", LEVEL_COLUMNS):
        level = _level(row, by_name)
        others = [other for other in levels if other.factor == level.factor]
        _check_overlap(row, level, others)
        _check_apart(row, level, others)
        levels.append(level)
    for factor in factors:
        if factor.type == "categorical":
            _check_levels(factor, [row.level for row in levels if row.factor == factor.factor])
    return tuple(levels)


def _factor(row: Row, facts: Facts) -> Factor:
    derivation = row.choice("derivation", Derivation)
    timing = row.choice("timing", Timing)
    factor = Factor.model_validate(
        {
            "factor": row.name("factor", "factor"),
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
    if factor.type == "continuous" and factor.no_record is not None:
        raise StudyError(
            f"{row.where}: column 'no_record' is '{factor.no_record}', but the continuous factor "
            f"'{factor.factor}' has no levels; leave it empty."
        )
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
    if factor.derivation == "any_record" and factor.type != "categorical":
        raise StudyError(
            f"{row.where}: factor '{factor.factor}' says whether there is a record, so its type "
            "must be categorical; use count_records for their number."
        )
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
    if not is_variable(variable):
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
    if factors[name].type == "continuous":
        raise StudyError(
            f"{row.where}: factor '{name}' is continuous and has no levels; remove the line, or "
            "make the factor categorical."
        )
    level = FactorLevel(
        factor=name,
        level=_code(row, name),
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


def _code(row: Row, factor: str) -> str | None:
    """The code of the level; empty: the value means that nothing is known."""
    code = row.text("level")
    if code is None:
        return None
    if len(code) > LONGEST:
        raise StudyError(
            f"{row.where}: column 'level' is '{shortened(code)}', which is longer than {LONGEST} "
            "characters; shorten it, as the label may say all of it."
        )
    meaning = meaning_of(code)
    if meaning is not None:
        raise StudyError(
            f"{row.where}: column 'level' of factor '{factor}' is '{code}', which {meaning}; write "
            f"another code, such as '{free_level(factor, code)}', and keep "
            f"'{row.text('label') or code}' as the label{_or_none(code)}."
        )
    return code


def _or_none(code: str) -> str:
    if code.lower() == WHOLE_POPULATION:
        return ""
    return "; or leave column 'level' empty where the value says that nothing is known"


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
    if level.lower is not None and level.lower == level.upper and not _has_both_bounds(level):
        raise StudyError(
            f"{row.where}: a level of factor '{level.factor}' goes from {row.text('lower')} to the "
            "same number without it, so that no value has it; move a bound, or set both "
            "lower_inclusive and upper_inclusive to true."
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


def _check_apart(row: Row, level: FactorLevel, others: Collection[FactorLevel]) -> None:
    """The level is told from the others by code, wording and order, and always called the same."""
    wording = normal(level.wording or "")
    for other in others:
        if wording and wording == normal(other.wording or ""):
            raise StudyError(
                f"{row.where}: factor '{level.factor}' has the wording '{level.wording}' "
                "already; keep one of them."
            )
        if level.level == other.level:
            _check_label(row, level, other)
        elif level.level is not None and other.level is not None:
            _check_codes(row, level, other)


def _check_label(row: Row, level: FactorLevel, other: FactorLevel) -> None:
    if level.label != other.label:
        raise StudyError(
            f"{row.where}: column 'label' is '{level.label}', but another row of "
            f"{_called(level)} of factor '{level.factor}' has '{other.label}'; give the rows of a "
            "level one label."
        )


def _check_codes(row: Row, level: FactorLevel, other: FactorLevel) -> None:
    if str(level.level).lower() == str(other.level).lower():
        raise StudyError(
            f"{row.where}: {_called(level)} of factor '{level.factor}' differs from "
            f"'{other.level}' in case alone; write both alike, or choose another code."
        )
    if level.display_order == other.display_order:
        raise StudyError(
            f"{row.where}: {_called(level)} of factor '{level.factor}' has the display_order "
            f"{level.display_order} of level '{other.level}'; number the levels 1, 2, ..."
        )


def _check_levels(factor: Factor, levels: Collection[str | None]) -> None:
    """A categorical factor has levels: yes and no where it is an answer, and that of no_record."""
    known = tuple(dict.fromkeys(level for level in levels if level is not None))
    if not known:
        raise StudyError(
            f"factor_levels.csv: categorical factor '{factor.factor}' has no level; add one."
        )
    if factor.derivation in _ANSWERED and set(known) != set(_ANSWERS):
        raise StudyError(
            f"factor_levels.csv: factor '{factor.factor}' has the derivation {factor.derivation} "
            f"and so the levels yes and no, but the file has {' and '.join(known)}; correct "
            "column 'level', as the labels are free."
        )
    if factor.no_record is not None and factor.no_record not in known:
        raise StudyError(
            f"factors.csv: column 'no_record' of factor '{factor.factor}' is "
            f"'{factor.no_record}', which is no level of it; use {choices(known)}, or leave it "
            "empty."
        )


def _called(level: FactorLevel) -> str:
    return "the empty level" if level.level is None else f"level '{level.level}'"


def _has_both_bounds(level: FactorLevel) -> bool:
    return bool(level.lower_inclusive and level.upper_inclusive)


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
