"""Counts by day that may leave a site: on a grid of days, and without small cells."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from analytics.methods.counts import COUNT_COLUMNS
from analytics.results.site_counts import BLOCK, MODEL, SiteCounts, has_late_entries

_EXITS: Final = tuple(name for name in COUNT_COLUMNS if name != "n_entry")
_LATE: Final = "patients enter or change groups after day 0, which needs single days"
_STATES: Final = "moves between states need single days"


@dataclass(frozen=True)
class Cells:
    """How days are shared: each number of patients is 0 or at least `smallest_cell`.

    Ends are moved to the next multiple of `every_days`, None: they stay. Then days with a smaller
    number are put together with the days after them where `merged`; else the analysis is withheld.
    """

    smallest_cell: int = 1
    every_days: int | None = None
    merged: bool = False

    @property
    def are_single_days(self) -> bool:
        """Whether everything is shared as it is."""
        return self.smallest_cell == 1 and self.every_days is None


def shared(site: SiteCounts, cells: Cells) -> tuple[SiteCounts, dict[str, str]]:
    """The counts as they may be shared, and what is withheld: analysis, or analysis/model -> why.

    All groups of an analysis have the same days, so that they stay comparable.
    """
    if cells.are_single_days:
        return site, {}
    kept: list[pl.DataFrame] = []
    withheld = {str(name): _STATES for name in site.moves["analysis_id"].unique().sort()}
    for part in site.counts.partition_by("kind", "analysis_id", "model", maintain_order=True):
        first = part.row(0, named=True)
        name = first["analysis_id"]
        if first["kind"] == MODEL:
            name = f"{name}/{first['model']}"
        found = _shared(part, cells)
        if isinstance(found, str):
            withheld[name] = found
        else:
            kept.append(found)
    counts = pl.concat([site.counts.clear(), *kept])
    counts = counts.filter(~pl.col("analysis_id").is_in(list(withheld)))
    return SiteCounts(counts, site.moves.clear(), _sizes(site, withheld), site.refused), withheld


def _sizes(site: SiteCounts, withheld: dict[str, str]) -> pl.DataFrame:
    name = pl.concat_str("analysis_id", pl.lit("/"), "model")
    return site.sizes.filter(~name.is_in(list(withheld)))


def _shared(part: pl.DataFrame, cells: Cells) -> pl.DataFrame | str:
    """One analysis or model on the days it may be shared on, or why it may not."""
    if has_late_entries(part):
        return _LATE
    if cells.every_days is not None:
        part = _on_grid(part, cells.every_days)
    if cells.merged:
        part = _merged(part, cells.smallest_cell)
    small = part.filter(
        pl.any_horizontal(
            pl.col(name).is_between(1, cells.smallest_cell - 1) for name in COUNT_COLUMNS
        )
    )
    if small.height:
        return f"{small.height} of its days have a count below {cells.smallest_cell}"
    return part


def _on_grid(part: pl.DataFrame, every_days: int) -> pl.DataFrame:
    """Each end on the last day of its span; who is there from the start stays there."""
    return _summed(part.with_columns(day=(pl.col("day") / every_days).ceil() * every_days))


def _merged(part: pl.DataFrame, smallest: int) -> pl.DataFrame:
    """Days put together with those after them until no group has a small number on any.

    What is left at the end goes to the days before it.
    """
    ends = part.filter(pl.sum_horizontal(_EXITS) > 0).select(*BLOCK, "day", *_EXITS)
    days = np.unique(ends["day"].to_numpy())
    blocks = ends.select(BLOCK).unique(maintain_order=True)
    totals = np.zeros((len(days), blocks.height, len(_EXITS)), dtype=np.int64)
    row = np.searchsorted(days, ends["day"].to_numpy())
    column = ends.join(
        blocks.with_row_index("block"),
        on=BLOCK,
        how="left",
        nulls_equal=True,
        maintain_order="left",
    )["block"].to_numpy()
    totals[row, column] = ends.select(_EXITS).to_numpy()
    last = _last_days(days, totals.reshape(len(days), -1), smallest)
    moved = pl.DataFrame({"day": days, "last": last})
    on_last = part.join(moved, on="day", how="left").with_columns(
        day=pl.when(pl.sum_horizontal(_EXITS) > 0).then("last").otherwise("day")
    )
    return _summed(on_last.drop("last"))


def _last_days(days: np.ndarray, totals: np.ndarray, smallest: int) -> list[float]:
    """Of each day the last one of those that it is put together with."""
    spans: list[tuple[list[int], np.ndarray]] = []
    for position in range(len(days)):
        if spans and not _is_large(spans[-1][1], smallest):
            members, sums = spans.pop()
            spans.append(([*members, position], sums + totals[position]))
        else:
            spans.append(([position], totals[position]))
    while len(spans) > 1 and not _is_large(spans[-1][1], smallest):
        (before, one), (members, other) = spans.pop(-2), spans.pop()
        spans.append(([*before, *members], one + other))
    return [float(days[members[-1]]) for members, _ in spans for _ in members]


def _is_large(sums: np.ndarray, smallest: int) -> bool:
    return bool(((sums == 0) | (sums >= smallest)).all())


def _summed(part: pl.DataFrame) -> pl.DataFrame:
    names: Sequence[str] = part.columns
    return (
        part.group_by(*BLOCK, "day")
        .agg(pl.col(COUNT_COLUMNS).sum())
        .select(names)
        .sort(*BLOCK, "day")
    )
