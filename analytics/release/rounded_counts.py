"""Counts of people rounded to multiples of a base, so that no exact count is published.

All counts are rounded together: each to one of the two multiples beside it, a multiple to itself,
and so that whatever adds up exactly adds up rounded and no part exceeds its whole (controlled
rounding: Cox and Ernst, INFOR 1982;20:423-432; Willenborg and de Waal, Elements of Statistical
Disclosure Control, Springer 2001, chapter 9). Of all such roundings it is the one nearest to the
counts. As the rounded counts fulfil every sum themselves, no sum tells more of a count than that it
is less than the base away from the number shown.

An estimate of exact counts tells them, often to the last one. So percentages are computed from
rounded counts, curves and estimates at months are withheld, and what does not tell a count (ratios,
medians, P values) is published with few digits.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import duckdb
import numpy as np
import polars as pl
from numpy.typing import NDArray

from analytics.errors import BuildError
from analytics.methods.statuses import OK, SUPPRESSED
from analytics.release.count_cells import COUNT_KINDS, Cell, count_cells, curve_points
from analytics.release.count_relations import Relations, Terms, relations_of
from analytics.release.history_limits import is_history
from analytics.release.kinds import of_kind
from analytics.release.subject_sets import Node, SubjectSets
from analytics.results.schemas import Kind
from analytics.study.specification import StudySpecification

Frames = Mapping[str, pl.DataFrame]

_TIES: Final = 1e-7  # so that one rounding is the nearest
_FURTHER: Final = 2
_COST_OF_FURTHER: Final = 100.0
_SIGNS: Final = (1.0, 1.0, -1.0)
_INFEASIBLE: Final = 2
_DIGITS: Final = 3
_RATIO: Final = ("ci_lower", "ci_upper", "p_value")
_MEDIANS: Final = ("median_months", "median_ci_lower", "median_ci_upper", "follow_up_median_months")
_KEPT: Final[Mapping[str, tuple[str, ...]]] = {
    "cure_terms": ("ratio", *_RATIO),
    "forest": ("hr", *_RATIO),
    "group_tests": ("p_value", "p_adjusted"),
    "joint_tests": ("wald_p", "lr_p"),
    "proportional_hazards": ("p_value",),
    "selection_steps": ("p_value",),
    "subdistribution_hazards": ("shr", *_RATIO),
    "subgroups": ("hr", *_RATIO, "interaction_p"),
    "endpoint_summary": _MEDIANS,
    "survival_summary": _MEDIANS,
    "survival_quantiles": ("quantile_months", "quantile_ci_lower", "quantile_ci_upper"),
    "table_1": ("value",),
}
"""The numbers that are published beside rounded counts, by table; every other one is withheld."""
WITHHELD: Final = ("n_read", "n_accepted")
"""Numbers of records that tell numbers of people: a file may have one record of each."""
_PEOPLE: Final = r"\b(?:about )?\d[\d,]* (subject|patient|event|death)(s?)\b"


@dataclass(frozen=True)
class RoundedCounts:
    """The rounded value of each quantity of a study."""

    sets: SubjectSets
    base: int
    values: Mapping[Node, int]

    def cells(self, frames: Frames) -> Iterator[tuple[Cell, int]]:
        """The counts of these tables with their rounded values."""
        for cell in count_cells(frames, self.sets):
            if cell.node in self.values:
                yield cell, self.values[cell.node]


def rounded_counts(
    study: StudySpecification, connection: duckdb.DuckDBPyConnection, frames: Frames
) -> RoundedCounts | None:
    """Round the counts of all tables of a built study together, if the study asks for it.

    Raises BuildError when the solver fails.
    """
    base = study.publication.round_counts_to
    if base is None:
        return None
    sets = SubjectSets(study, connection, base)
    relations = relations_of(count_cells(frames, sets), [], frames, sets)
    return RoundedCounts(sets, base, rounded_to(relations, base))


def rounded_to(relations: Relations, base: int) -> dict[Node, int]:
    """Multiples of the base that fulfil the relations, as near to the counts as they can be.

    Where no choice between the two multiples beside each count fulfils all of them, as few counts
    as possible take the next but one. Raises BuildError when that is not enough, or when the solver
    fails.
    """
    nodes = list(relations.values)
    if not nodes:
        return {}
    exact = np.array([relations.values[node] for node in nodes], dtype=float) / base
    for further in range(_FURTHER + 1):
        solved = _nearest(relations, nodes, exact, further)
        if solved.x is not None:
            found = np.rint(np.array(_SIGNS) @ solved.x.reshape(len(_SIGNS), -1)).astype(int)
            return {node: base * int(n) for node, n in zip(nodes, found, strict=True)}
        if solved.status != _INFEASIBLE:
            break
    raise BuildError(
        f"The counts could not be rounded to multiples of {base} so that they add up: "
        f"{solved.message} Choose another round_counts_to."
    )


def _nearest(
    relations: Relations, nodes: list[Node], exact: NDArray[np.float64], further: int
) -> Any:
    """What the solver found: multiples beside the counts, how far some are above, how far below."""
    from scipy.optimize import Bounds, LinearConstraint, milp  # noqa: PLC0415  (slow to import)
    from scipy.sparse import hstack  # noqa: PLC0415

    n, low, high = len(nodes), np.floor(exact), np.ceil(exact)
    place = {node: number for number, node in enumerate(nodes)}
    ties = _TIES * np.arange(n) / n
    cost = (high - exact) - (exact - low) + ties
    matrices = [
        (_matrix(sums, place), least)
        for sums, least in ((relations.zero, 0.0), (relations.at_most_zero, -np.inf))
        if sums
    ]
    nothing = np.zeros(n)
    return milp(
        np.concatenate([cost, _COST_OF_FURTHER + ties, _COST_OF_FURTHER + ties]),
        integrality=np.ones(len(_SIGNS) * n, dtype=int),
        bounds=Bounds(
            np.concatenate([low, nothing, nothing]),
            np.concatenate([high, nothing + further, np.minimum(low, further)]),
        ),
        constraints=[
            LinearConstraint(hstack([sign * matrix for sign in _SIGNS]), least, 0.0)
            for matrix, least in matrices
        ],
    )


def _matrix(sums: Iterable[Terms], place: Mapping[Node, int]) -> Any:
    from scipy.sparse import csr_array  # noqa: PLC0415  (slow to import)

    entries = [
        (row, place[node], float(factor))
        for row, terms in enumerate(sums)
        for node, factor in terms
    ]
    rows, columns, factors = zip(*entries, strict=True)
    found = csr_array((factors, (rows, columns)), shape=(max(rows) + 1, len(place)))
    found.sort_indices()
    return found


def only_rounded(frames: Frames, shown: Frames, rounded: RoundedCounts) -> dict[str, pl.DataFrame]:
    """The tables as they are shown, with rounded counts and without what tells exact ones.

    `frames` are the exact tables. Steps of curves go; every other row of `shown` is in its place.
    """
    exact = {name: frame.filter(~curve_points(frame)) for name, frame in frames.items()}
    values: dict[str, dict[str, list[int | None]]] = {
        name: {column: [None] * frame.height for column in of_kind(frame, *COUNT_KINDS)}
        for name, frame in exact.items()
    }
    for cell, value in rounded.cells(exact):
        values[cell.table][cell.column][cell.row] = value
    return {
        name: _table(name, frame.filter(~curve_points(frame)), values[name], rounded.base)
        for name, frame in shown.items()
    }


def _table(
    name: str, frame: pl.DataFrame, values: Mapping[str, list[int | None]], base: int
) -> pl.DataFrame:
    """A table with these values for its counts; a count that is hidden stays hidden."""
    status = pl.lit(f"{SUPPRESSED}counts are rounded to multiples of {base}")
    counts = [pl.Series(count, found, frame.schema[count]) for count, found in values.items()]
    return (
        frame.with_columns(
            pl.when(frame[count.name].is_not_null()).then(count).alias(count.name)
            for count in counts
        )
        .with_columns(
            *(_number(name, number, frame) for number in _numbers(frame)),
            *_statuses(name, frame, status),
            *(_without_numbers(text) for text in of_kind(frame, Kind.REMARK)),
            *(
                pl.lit(None, frame.schema[one]).alias(one)
                for one in WITHHELD
                if one in frame.columns
            ),
        )
        .with_columns(_of_last_release(frame, values))
    )


def _numbers(frame: pl.DataFrame) -> list[str]:
    return of_kind(frame, Kind.COMPUTED, Kind.ONE_SUBJECT)


def _number(table: str, name: str, frame: pl.DataFrame) -> pl.Expr:
    """A number as it may stand beside rounded counts."""
    if name == "percent" and {"n", "denominator"} <= set(frame.columns):
        share = 100.0 * pl.col("n") / pl.col("denominator")
        shown = pl.col("n").is_not_null() & (pl.col("denominator") > 0)
        return pl.when(pl.col(name).is_not_null() & shown).then(share).alias(name)
    if name in _KEPT.get(table, ()):
        return pl.col(name).round_sig_figs(_DIGITS)
    return pl.lit(None, frame.schema[name]).alias(name)


def _statuses(table: str, frame: pl.DataFrame, status: pl.Expr) -> Iterator[pl.Expr]:
    """Why numbers are missing; why one could not be estimated tells a count, often a zero."""
    keeps = table in _KEPT or "percent" in frame.columns
    for name in of_kind(frame, Kind.STATUS):
        stays = pl.col(name).str.starts_with(SUPPRESSED)
        if keeps:
            stays |= pl.col(name) == OK
        yield pl.when(stays | pl.col(name).is_null()).then(name).otherwise(status).alias(name)


def _without_numbers(text: str) -> pl.Expr:
    """A remark without its numbers of people."""
    return pl.col(text).str.replace_all(_PEOPLE, "some ${1}s")


def _of_last_release(frame: pl.DataFrame, counts: Iterable[str]) -> list[pl.Expr]:
    """What a history tells of earlier releases goes: two roundings of one count would tell it."""
    if not is_history(frame):
        return []
    is_last = pl.col("release_order") == pl.col("release_order").max()
    earlier = {name for name in counts if name.endswith("_previous")}
    return [
        pl.when(is_last & pl.lit(name not in earlier)).then(name).alias(name) for name in counts
    ]
