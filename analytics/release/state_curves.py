"""Curves of states are shown on days on which no state has few subjects.

The states of a day make up its subjects, and groups make up everybody. So a day on which a state
has few is left out with all its states, and in all groups of an analysis.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analytics.methods.statuses import SHOWN_WHILE

Frames = Mapping[str, pl.DataFrame]
Member = tuple[str, str]
_OCCUPANCY: Final = "state_probabilities"
_TABLES: Final = (_OCCUPANCY, "transition_hazards")
_FAMILY: Final = ("endpoint", "population_label")


def without_days_of_few(frames: Frames, bound: int) -> dict[str, pl.DataFrame]:
    """The tables of states without the days on which a state has from 1 to `bound` - 1 subjects."""
    shown = dict(frames)
    if _OCCUPANCY not in frames:
        return shown
    days = frames[_OCCUPANCY].filter(pl.col("point") == "day")
    if days.is_empty():
        return shown
    few = {
        member: found
        for _, family in days.group_by(_FAMILY, maintain_order=True)
        for member, found in _days_of_few(family, bound).items()
    }
    for table in _TABLES:
        if table in frames:
            shown[table] = _without(frames[table], few, bound)
    return shown


def _days_of_few(
    family: pl.DataFrame, bound: int
) -> dict[Member, tuple[NDArray[np.float64], NDArray[np.bool_]]]:
    """Of each curve of a family the months of the family, and whether each is left out."""
    months = family["time_months"].unique().sort().to_numpy()
    own: dict[Member, NDArray[np.bool_]] = defaultdict(lambda: np.zeros(len(months), dtype=bool))
    total: dict[Member, NDArray[np.int64]] = defaultdict(
        lambda: np.zeros(len(months), dtype=np.int64)
    )
    groups: set[Member] = set()
    for (analysis, stratum, strata, _), curve in family.group_by(
        "analysis_id", "stratum", "strata_label", "state", maintain_order=True
    ):
        ordered = curve.sort("time_months")
        at_risk = np.append(ordered["n_risk"].to_numpy(), 0)
        found = at_risk[np.searchsorted(ordered["time_months"].to_numpy(), months)]
        member = str(analysis), str(stratum)
        own[member] |= (found >= 1) & (found < bound)
        total[member] = total[member] + found
        if strata is not None:
            groups.add(member)
    for member, numbers in total.items():
        if own[member].any():
            own[member] |= numbers < bound
    nowhere = np.zeros(len(months), dtype=bool)
    of_all = np.any([nowhere, *(own[one] for one in own if one not in groups)], axis=0)
    of_groups = np.any([nowhere, *(own[one] for one in groups)], axis=0)
    return {member: (months, of_all | of_groups if member in groups else of_all) for member in own}


def _without(
    frame: pl.DataFrame,
    few: Mapping[Member, tuple[NDArray[np.float64], NDArray[np.bool_]]],
    bound: int,
) -> pl.DataFrame:
    """A table without the days on which a state has few, and a caution that says so."""
    kept = []
    for row in frame.select("analysis_id", "stratum", "point", "time_months").iter_rows():
        analysis, stratum, point, month = row
        is_left_out = False
        if point == "day" and (analysis, stratum) in few:
            months, is_few = few[analysis, stratum]
            place = int(np.searchsorted(months, month))
            is_left_out = place < len(months) and bool(is_few[place])
        kept.append(not is_left_out)
    cut = [member for member, (_, is_few) in few.items() if is_few.any()]
    hidden = "1 subject" if bound == 2 else f"from 1 to {bound - 1} subjects"
    said = pl.lit(f"{SHOWN_WHILE} no state has {hidden}.")
    is_cut = pl.concat_str("analysis_id", "stratum", separator="\t").is_in(
        ["\t".join(one) for one in cut]
    )
    return frame.with_columns(
        caution=pl.when(is_cut & (pl.col("point") == "day"))
        .then(pl.concat_str("caution", said, separator=" ", ignore_nulls=True))
        .otherwise("caution")
    ).filter(pl.Series(kept, dtype=pl.Boolean))
