"""The swimmer plot: one lane per patient. Never part of a release; for its owner alone."""

import os
from pathlib import Path
from typing import Any, Final

import polars as pl
from matplotlib.figure import Figure as Drawing
from matplotlib.lines import Line2D

from analytics.report import drawing
from analytics.report.drawing import FAINT, INK, MUTED, SERIES
from analytics.report.elements import as_of
from analytics.warehouse import connect

MOST: Final = 1000
_LANE: Final = 0.085  # inches
_LABEL: Final = "PATIENT-LEVEL DATA: not for publication."
# fact: its name in the key, marker, colour, size; in the order drawn
_MARKS: Final[dict[str, tuple[str, str, str, float]]] = {
    "first_remission": ("First remission", "o", SERIES[2], 3.0),
    "hsct": ("Transplant", "D", SERIES[1], 3.0),
    "relapse": ("Relapse", "X", SERIES[3], 3.6),
    "death": ("Death", "|", INK, 4.0),
}
_LANES: Final = """
    select
        subjects.usubjid,
        coalesce(subjects.dthdt, subjects.lstalvdt) - subjects.trtsdt as days,
        subjects.dthdt is null as is_alive
    from marts.subjects
    inner join marts.population_members using (usubjid)
    where population = ? and subjects.trtsdt is not null
    order by days desc, usubjid
"""
_FACTS: Final = """
    select subjects.usubjid, facts.fact, facts.adt - subjects.trtsdt as days
    from intermediate.int_dated_facts as facts
    inner join marts.subjects using (usubjid)
"""


class UnknownPopulationError(KeyError):
    """No population has this name."""


class TooManyPatientsError(Exception):
    """A plot of so many lanes could not be read."""


def write_swimmer(
    warehouse: Path, folder: Path, population: str | None, days_per_month: float, source: str
) -> Path:
    """Write swimmer.svg and swimmer.png into the folder, mode 0600; the SVG's path.

    `source` names the release in the note at the foot.
    Without a population it is the analysis set. Raises UnknownPopulationError, and
    TooManyPatientsError for a population of more than 1000 patients.
    """
    with connect(warehouse, read_only=True) as connection:
        about = connection.sql("select * from bi.about").pl()
        known = connection.sql("select * from bi.populations").pl()
        chosen = known.filter(
            pl.col("is_analysis_set") if population is None else pl.col("population") == population
        )
        if chosen.is_empty():
            raise UnknownPopulationError(population)
        name = chosen["population"][0]
        lanes = connection.execute(_LANES, [name]).pl()
        facts = connection.sql(_FACTS).pl()
    if lanes.height > MOST:
        raise TooManyPatientsError(
            f"Population '{name}' holds {lanes.height} patients, more than the {MOST} that fit "
            "in one plot"
        )
    months = pl.col("days") / days_per_month
    note = f"{_LABEL} {as_of({'about': about})} {source}"
    figure = _draw(
        lanes.with_columns(months.alias("months")),
        facts.with_columns(months.alias("months")),
        f"Course of each patient: {chosen['population_label'][0]}",
        note,
    )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _private(folder / "swimmer.svg").write_text(drawing.svg_of(figure), encoding="utf-8")
    drawing.write_png(figure, _private(folder / "swimmer.png"))
    return folder / "swimmer.svg"


def _draw(lanes: pl.DataFrame, facts: pl.DataFrame, title: str, note: str) -> Drawing:
    rank = lanes.with_row_index("lane").select("usubjid", "lane")
    placed = facts.join(rank, on="usubjid")
    with drawing.settings():
        foot, top = 0.42 + drawing.note_height(note), 0.62
        height = max(lanes.height, 8) * _LANE + foot + top
        figure = drawing.drawing(height)
        axes = figure.add_axes((0.15, foot / height, 0.82, (height - foot - top) / height))
        last = float(lanes["months"].max() or 1)  # type: ignore[arg-type]
        drawing.time_axis(axes, last, "Months since the first dose")
        axes.set_ylim(max(lanes.height, 8) - 0.5, -0.5)
        axes.set_yticks(range(lanes.height), lanes["usubjid"].to_list(), fontsize=4.2)
        axes.tick_params(axis="y", length=0, pad=2)
        axes.barh(range(lanes.height), lanes["months"].to_list(), height=0.62, color=FAINT)
        alive = lanes.with_row_index("lane").filter("is_alive")
        axes.plot(
            alive["months"].to_list(), alive["lane"].to_list(), linestyle="none", marker=">",
            markersize=3, color=MUTED, clip_on=False,
        )  # fmt: skip
        for fact, (_, marker, colour, size) in _MARKS.items():
            mine = placed.filter(pl.col("fact") == fact)
            axes.plot(
                mine["months"].to_list(), mine["lane"].to_list(), linestyle="none", marker=marker,
                markersize=size, color=colour, markeredgewidth=1.1 if marker == "|" else 0,
            )  # fmt: skip
        drawing.title(figure, title, note)
        figure.legend(
            handles=_key(), loc="upper left", bbox_to_anchor=(0.0, 1 - 0.26 / height), ncols=5,
            frameon=False, fontsize=7, handletextpad=0.3, columnspacing=1.4,
        )  # fmt: skip
    return figure


def _key() -> list[Line2D]:
    marks: list[Any] = [*_MARKS.values(), ("Alive when last known", ">", MUTED, 3.0)]
    return [
        Line2D([], [], linestyle="none", marker=marker, color=colour, markersize=5, label=label)
        for label, marker, colour, _ in marks
    ]


def _private(path: Path) -> Path:
    """The path as an empty file that its owner alone may read, before anything is in it."""
    path.unlink(missing_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    return path
