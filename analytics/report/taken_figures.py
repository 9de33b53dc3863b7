"""Figures that another release has already drawn: what they show is the same to the last value."""

import shutil
from pathlib import Path
from typing import Final

import polars as pl

from analytics.report.contents import contents
from analytics.report.writing import FIGURES, figures_of, number_style_of, readable_bi
from analytics.study.number_styles import written_as
from analytics.value_digest import value_digest

_PLACE: Final = "analysis_order"
_SUFFIXES: Final = (".svg", ".png")


def take_figures_over(
    bi_file: Path, folder: Path, earlier_bi_file: Path, earlier_folder: Path
) -> frozenset[str]:
    """Copy the figures of an earlier report that show the same into this one's; their names.

    Both reports have to be of the same program.
    """
    wanted, there = digests_of_figures(bi_file), digests_of_figures(earlier_bi_file)
    same = {name for name, digest in wanted.items() if there.get(name) == digest}
    (folder / FIGURES).mkdir(parents=True, exist_ok=True)
    for name in same:
        for suffix in _SUFFIXES:
            place = Path(FIGURES) / f"{name}{suffix}"
            shutil.copyfile(earlier_folder / place, folder / place)
    return frozenset(same)


def digests_of_figures(bi_file: Path) -> dict[str, str]:
    """What each figure of a report is drawn from, as a digest, by its name."""
    bi = {name: _unplaced(frame) for name, frame in readable_bi(bi_file).items()}
    style = number_style_of(bi)
    with written_as(style):
        return {
            figure.name: value_digest(style, figure.draw) for figure in figures_of(contents(bi))
        }


def _unplaced(frame: pl.DataFrame) -> pl.DataFrame:
    """The table with analyses told apart by name: their place in the plan is not drawn."""
    if not {_PLACE, "analysis_id"} <= set(frame.columns):
        return frame
    return frame.with_columns(pl.col("analysis_id").hash(seed=0).alias(_PLACE))
