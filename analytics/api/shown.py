"""What a notebook shows: frames, figures and tables, each with its words."""

from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

    from analytics.report.elements import Figure as ReportFigure
    from analytics.report.elements import Table as ReportTable

_STYLE: Final = (
    "<style>.plateau table{border-collapse:collapse;margin:.3em 0}"
    ".plateau th,.plateau td{padding:.1em .6em;text-align:right}"
    ".plateau td:first-child,.plateau th:first-child,.plateau .text{text-align:left}"
    ".plateau thead{border-bottom:1px solid}.plateau p{margin:.2em 0}</style>"
)


def frame_html(frame: pl.DataFrame) -> str:
    """A frame as an HTML table, numbers to four digits; null is empty."""
    heads = "".join(f'<th scope="col">{escape(name)}</th>' for name in frame.columns)
    rows = "".join(
        "<tr>" + "".join(f"<td>{escape(_cell(value))}</td>" for value in row) + "</tr>"
        for row in frame.iter_rows()
    )
    return (
        f'{_STYLE}<div class="plateau"><table><thead><tr>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


@dataclass(frozen=True)
class Figure:
    """A figure of the report: `number`, `name`, `title`, `caption`, and `alternative`, its words.

    A notebook draws it; `save` writes it for a journal.
    """

    number: str
    name: str
    title: str
    caption: str
    alternative: str
    _drawn: "ReportFigure" = field(compare=False)
    _write: Callable[..., Path] = field(compare=False)

    @property
    def drawing(self) -> "Drawing":
        """The figure as one of matplotlib, drawn anew and free to be changed."""
        return self._drawn.draw()

    @property
    def svg(self) -> str:
        """The figure as in the report, in SVG."""
        from analytics.report import drawing  # noqa: PLC0415 - slow to import

        return drawing.svg_of(self.drawing)

    def save(  # noqa: PLR0913 - what is chosen of a figure
        self,
        path: str | Path,
        *,
        dpi: int = 600,
        width: str = "180mm",
        style: str | None = None,
        title: bool = False,
        ratio: bool = False,
    ) -> Path:
        """Write the figure to a file: `.pdf`, `.svg`, `.eps`, `.tiff` or `.png`; its path.

        `dpi` is of TIFF and PNG. The other choices are those of `plateau figure`: the title is left
        to the caption unless `title`, `ratio` adds the hazard ratio beside two curves.
        Raises PlateauError for what cannot be chosen, or a file among the releases.
        """
        path = Path(path)
        kind = path.suffix.removeprefix(".").lower()
        return self._write(self.name, (kind, dpi, width, style, title, ratio), path)

    def __repr__(self) -> str:
        """The number, the title, and what is to be seen."""
        return f"{self.number}. {self.title}\n{self.alternative}"

    def _repr_svg_(self) -> str:
        return self.svg


@dataclass(frozen=True)
class Table:
    """A table of the report: `number`, `name`, `title`, `notes`, and its cells as printed.

    A notebook shows it as the report does; `frame` has the cells as text; `save` writes it for a
    word processor.
    """

    number: str
    name: str
    title: str
    notes: tuple[str, ...]
    _printed: "ReportTable" = field(compare=False)
    _write: Callable[..., tuple[Path, int]] = field(compare=False)

    @property
    def frame(self) -> pl.DataFrame:
        """The cells as printed, a column of text for each of the table's."""
        columns = self._printed.columns
        heads = {
            column.key: f"{column.spanner}: {column.heading}" if column.spanner else column.heading
            for column in columns
        }
        lines = self._printed.lines
        cells = {
            heads[column.key]: [line.cells.get(column.key, "") for line in lines]
            for column in columns
        }
        groups = {"group": [line.group for line in lines]}
        has_groups = any(line.group for line in lines)
        return pl.DataFrame(groups | cells if has_groups else cells)

    def save(self, path: str | Path) -> Path:
        """Write the table to a file: `.docx`, `.rtf`, `.xlsx` or `.tex`; its path.

        Raises PlateauError for another kind of file, or a file among the releases.
        """
        path = Path(path)
        written, _ = self._write(path.suffix.removeprefix(".").lower(), [self.name], path)
        return written

    def __repr__(self) -> str:
        """The number, the title and the cells."""
        return f"{self.number}. {self.title}\n{self.frame}"

    def _repr_html_(self) -> str:
        from analytics.report.typesetting import table_html  # noqa: PLC0415 - slow to import

        title_id = f"plateau-{self.name}"
        notes = "".join(f"<p>{escape(note)}</p>" for note in self.notes)
        return (
            f'{_STYLE}<div class="plateau"><p id="{title_id}"><b>{escape(self.number)}. '
            f"{escape(self.title)}</b></p>{table_html(self._printed, title_id)}"
            f"<small>{notes}</small></div>"
        )
