"""The key `tests` of curves in groups: which tests between the groups the plan asks for."""

import re
from typing import Final

from analytics.plural import counted
from analytics.study.definitions import Definitions
from analytics.study.errors import StudyError
from analytics.study.keys import Table

LOG_RANK: Final = "log_rank"
TREND: Final = "trend"
PAIRWISE: Final = "pairwise"
MAX_COMBO: Final = "max_combo"
_NAMED: Final = (
    LOG_RANK,
    "gehan",
    "tarone_ware",
    "peto_peto",
    "modified_peto",
    TREND,
    PAIRWISE,
    MAX_COMBO,
)
_HARRINGTON: Final = re.compile(
    r"fleming_harrington\(\s*(\d+(?:\.\d+)?)\s*,\s*(\d+(?:\.\d+)?)\s*\)"
)


def read_tests(table: Table, strata: str | None, definitions: Definitions) -> tuple[str, ...]:
    """The tests between the groups, the log-rank test unless others are named; none twice."""
    if "tests" not in table.values:
        return (LOG_RANK,)
    names = tuple(_name(table, name) for name in table.texts("tests"))
    if not names:
        raise StudyError(f"{table.where}: tests is empty; name a test or remove it.")
    if strata is None or "time_dependent_strata" in table.values:
        raise StudyError(
            f"{table.where}: tests are between groups that do not change; name their factor as "
            "strata or remove tests."
        )
    for name in names:
        if names.count(name) > 1:
            raise StudyError(f"{table.where}: test '{name}' is listed twice; remove one.")
    n_levels = len(definitions.levels[strata])
    if TREND in names and n_levels < 3:
        raise StudyError(
            f"{table.where}: a trend needs three ordered groups, but factor '{strata}' has "
            f"{counted(n_levels, 'level')}; remove trend."
        )
    if MAX_COMBO in names and n_levels != 2:
        raise StudyError(
            f"{table.where}: max_combo compares two groups, but factor '{strata}' has {n_levels} "
            "levels; remove max_combo."
        )
    return names


def _name(table: Table, name: str) -> str:
    """The test's name, blanks within its brackets left out."""
    if (found := _HARRINGTON.fullmatch(name)) is not None:
        return f"fleming_harrington({float(found[1]):g},{float(found[2]):g})"
    if name not in _NAMED:
        raise StudyError(
            f"{table.where}: test '{name}' is not known; use {', '.join(_NAMED)} or "
            "fleming_harrington(rho,gamma), such as fleming_harrington(0,1)."
        )
    return name
