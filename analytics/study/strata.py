"""Keys of plan.toml that split the subjects of an analysis by baseline factors.

`stratified_by`: the combinations of levels are the strata. `subgroups`: each level is a subgroup.
`pooled_over`: each level is a trial, or another part, of the pooled patients.
"""

import json
from collections.abc import Sequence
from typing import Final

from analytics.study.definitions import Definitions
from analytics.study.errors import StudyError
from analytics.study.guard import check_has_groups
from analytics.study.keys import Table

_KEY: Final = "stratified_by"
_SUBGROUPS: Final = "subgroups"
_POOLED: Final = "pooled_over"
_ELSEWHERE: Final = {
    ("cox_univariate", "strata"): "strata are the groups of curves; name the strata of Cox models "
    "as stratified_by = {strata}",
    ("cox_stepwise", _KEY): "a selection has the strata of candidates_from; name stratified_by "
    "there and remove it here",
    ("cox_multivariable", "strata"): "strata are the groups of curves; name the strata of Cox "
    "models as stratified_by = {strata}",
    ("fine_gray_multivariable", _KEY): "a Fine-Gray model cannot be stratified; remove "
    "stratified_by or use cox_multivariable",
    ("fine_gray", _KEY): "a Fine-Gray model cannot be stratified; remove stratified_by or use "
    "cox_univariate",
}


def check_keys_of_strata(table: Table, method: str) -> None:
    """Refuse a key of strata that another method has, and say what to write instead."""
    for (of_method, key), remedy in _ELSEWHERE.items():
        if method == of_method and key in table.values:
            value = table.values[key]
            names = value if isinstance(value, list) else [value]
            strata = json.dumps(names, ensure_ascii=False, default=str)
            raise StudyError(f"{table.where}: {remedy.format(strata=strata)}.")


def read_stratified_by(table: Table, definitions: Definitions) -> tuple[str, ...]:
    """The stratification factors."""
    return _baseline_factors(table, _KEY, "strata", definitions)


def read_subgroups(table: Table, definitions: Definitions) -> tuple[str, ...]:
    """The factors whose levels are subgroups."""
    return _baseline_factors(table, _SUBGROUPS, "subgroups", definitions)


def read_pooled_over(
    table: Table, definitions: Definitions, compared: Sequence[str], strata: Sequence[str] = ()
) -> str | None:
    """The factor whose levels are the trials of the pooled patients; None when it is not named.

    It is none of the factors that are `compared`, and none of those that form the `strata`.
    """
    name = table.text(_POOLED)
    if name is None:
        return None
    factor = definitions.factors[table.check(name, definitions.factors, "factor")]
    check_has_groups(table.where, _POOLED, factor)
    if factor.timing == "post_baseline":
        raise StudyError(
            f"{table.where}: {_POOLED} '{name}' is known only after the origin, but a patient is "
            "of one trial from the origin on; choose a baseline factor."
        )
    if len(definitions.levels[name]) < 2:
        raise StudyError(
            f"{table.where}: {_POOLED} '{name}' has one level, and one trial is not pooled; remove "
            f"{_POOLED}."
        )
    for others, what in ((compared, "is compared"), (strata, "forms the strata")):
        if name in others:
            raise StudyError(
                f"{table.where}: factor '{name}' {what}, so that the analysis is not pooled over "
                f"it; remove {_POOLED} or name another factor."
            )
    return name


def _baseline_factors(
    table: Table, key: str, what: str, definitions: Definitions
) -> tuple[str, ...]:
    """The factors that a key lists: categorical ones, known at baseline, none twice."""
    names = table.texts(key)
    for name in names:
        factor = definitions.factors[table.check(name, definitions.factors, "factor")]
        check_has_groups(table.where, key, factor)
        if factor.timing == "post_baseline":
            raise StudyError(
                f"{table.where}: {key} '{name}' is known only after the origin, but {what} are "
                "those of the baseline; choose a baseline factor."
            )
        if names.count(name) > 1:
            raise StudyError(f"{table.where}: {key} names '{name}' twice; remove one.")
    return names


def check_varies_within_strata(table: Table, factor: str, strata: tuple[str, ...]) -> None:
    """A factor that is compared is none of those that form the strata."""
    if factor in strata:
        raise StudyError(
            f"{table.where}: factor '{factor}' is constant within each of its own strata; compare "
            f"another factor or remove it from {_KEY}."
        )


def check_varies_within_subgroups(table: Table, factor: str, subgroups: tuple[str, ...]) -> None:
    """A factor that is compared is none of those that form the subgroups."""
    if factor in subgroups:
        raise StudyError(
            f"{table.where}: factor '{factor}' is compared, so it cannot form subgroups too; "
            f"remove it from {_SUBGROUPS}."
        )
