"""The conditions of facts, categories and factors as rows that SQL joins to.

An operator becomes a comparison and whether its outcome is turned round, so that the models know
six comparisons and no operator of the study files; a list becomes a row for each of its values, of
which one has to match.
"""

import re
from collections.abc import Iterator
from typing import Final

from analytics.study.specification import FactCondition, StudySpecification
from analytics.study.terms import normal

Row = tuple[
    str | None, str, str, int, str, str | None, str | None, str, bool, str | None, float | None
]

# operator -> the comparison, and whether it must not hold
_COMPARISONS: Final[dict[str, tuple[str, bool]]] = {
    "=": ("equals", False),
    "!=": ("equals", True),
    "in": ("equals", False),
    "not in": ("equals", True),
    "matches": ("matches", False),
    "does not match": ("matches", True),
    "given": ("given", False),
    "missing": ("given", True),
}


def fact_condition_rows(spec: StudySpecification) -> list[Row]:
    """One row per condition and value, for raw.study_fact_condition."""
    conditions = [item for fact in spec.facts for item in fact.conditions]
    return [row for condition in (*conditions, *spec.record_conditions) for row in _rows(condition)]


def _rows(condition: FactCondition) -> Iterator[Row]:
    comparison, is_negated = _COMPARISONS.get(condition.operator, (condition.operator, False))
    if condition.kind in ("cycle", "confirmed"):
        comparison, is_negated = condition.operator, False
    for value in condition.values or (None,):
        yield (
            condition.trial_id,
            condition.fact,
            condition.about,
            condition.condition_order,
            condition.kind,
            condition.domain,
            condition.name,
            comparison,
            is_negated,
            _compared(comparison, condition.kind, value),
            _number(value),
        )


def _compared(comparison: str, kind: str, value: str | None) -> str | None:
    """The value as it is compared: a wording, a pattern for one, or a term's value as it stands."""
    if value is None or kind == "term":
        return value
    if comparison == "matches":
        return _pattern(value)
    return normal(value)


def _pattern(text: str) -> str:
    """A regular expression of a whole wording: * stands for any text, ? for one character."""
    parts = [{"*": ".*", "?": "."}.get(letter) or re.escape(letter) for letter in normal(text)]
    return f"^{''.join(parts)}$"


def _number(value: str | None) -> float | None:
    try:
        return None if value is None else float(value)
    except ValueError:
        return None
