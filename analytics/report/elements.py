"""What the report is made of: sections of figures and tables, each with its words."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import polars as pl

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

Bi = Mapping[str, pl.DataFrame]
"""The tables of schema bi by name."""
Row = Mapping[str, Any]
_PAPER: Final = 130  # letters
COLUMN: Final = 80.0
"""Millimetres: the width of one column of a journal, which simple figures fit into."""
PAGE_OF_TWO: Final = 150.0
"""Millimetres: what figures with columns of words need."""


@dataclass(frozen=True)
class Column:
    """A column of a printed table: its key in the rows, its heading, and what spans it."""

    key: str
    heading: str
    spanner: str | None = None
    is_text: bool = False


@dataclass(frozen=True)
class Line:
    """A line of a printed table: its cells as text, by column key.

    `group` is the heading it stands under; each caution becomes a lettered note. On a page the
    line leads to how its numbers were computed or else to the conventions of its `analysis_id`, and
    is found by its `anchor`. `rows` are those of bi it was written from, each behind the name of
    its table.
    """

    cells: Mapping[str, str]
    group: str | None = None
    indent: int = 0
    cautions: tuple[str, ...] = ()
    analysis_id: str | None = None
    anchor: str | None = None
    rows: tuple[tuple[str, Row], ...] = ()


@dataclass(frozen=True)
class Table:
    """A printed table; `name` is that of its CSV file, the first column names the lines.

    A folded table is shown on request; a main one is numbered apart from the supplementary ones.
    `analysis_id` is that of the only analysis it is of.
    """

    name: str
    title: str
    columns: Sequence[Column]
    lines: Sequence[Line]
    notes: Sequence[str] = ()
    is_main: bool = False
    is_folded: bool = False
    analysis_id: str | None = None

    @property
    def is_wide(self) -> bool:
        """Whether its longest cells, side by side, are more than a sheet of paper takes."""
        longest = [max(len(line.cells.get(c.key, "")) for line in self.lines) for c in self.columns]
        return sum(longest) > _PAPER


@dataclass(frozen=True)
class Figure:
    """A figure; `name` is that of its files, `alternative` says in words what it shows.

    `ratios` are hazard ratios that can be written on it when asked, `least_width` (mm) the width
    below which its parts would not fit; `analysis_id` is that of the analysis it shows.
    """

    name: str
    title: str
    caption: str
    alternative: str
    draw: Callable[[], "Drawing"]
    cautions: Sequence[str] = ()
    is_main: bool = False
    ratios: Sequence[str] = ()
    least_width: float = PAGE_OF_TWO
    analysis_id: str | None = None


@dataclass(frozen=True)
class Section:
    """A section of the page; one without figures, tables and paragraphs is left out."""

    name: str
    title: str
    paragraphs: Sequence[str] = ()
    items: Sequence[Figure | Table] = field(default=())


def taken_from(table: str, rows: Iterable[Row]) -> tuple[tuple[str, Row], ...]:
    """The rows of a table of bi, as a line keeps them."""
    return tuple((table, row) for row in rows)


def cautions_of(row: Row) -> tuple[str, ...]:
    """The caution of a row of bi, as a line keeps it."""
    return (row["caution"],) if row["caution"] else ()


def rows_of(frame: pl.DataFrame, **wanted: object) -> list[dict[str, Any]]:
    """The rows in which each named column holds that value, in their order."""
    for column, value in wanted.items():
        frame = frame.filter(pl.col(column).eq_missing(pl.lit(value)))
    return frame.to_dicts()


def analysis_of(bi: Bi, analysis_id: str) -> Row:
    """The row of an analysis in bi.analyses."""
    return rows_of(bi["analyses"], analysis_id=analysis_id)[0]


def as_of(bi: Bi) -> str:
    """The note that goes with every figure and table: what the data are, and as of when."""
    about = bi["about"].to_dicts()[0]
    cutoffs = f"Data cut-off: {about['data_cutoffs']}."
    return " ".join(text for text in (about["synthetic_note"], cutoffs) if text)


def distinct(values: Sequence[str | None]) -> tuple[str, ...]:
    """The known texts, each once, in the order met."""
    return tuple(dict.fromkeys(value for value in values if value))
