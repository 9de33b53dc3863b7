"""The report as one self-contained HTML page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from analytics.report.drawing import inline_svg
from analytics.report.elements import Bi, Figure, Section, Table
from analytics.report.numbering import numbered
from analytics.report.typesetting import notes_of, table_html

_TEMPLATES: Final = Path(__file__).parent / "templates"
_NOT_PLAIN: Final = '"\\<>&\n\r\f'


@dataclass(frozen=True)
class PlacedFigure:
    """A figure with its number and its drawing."""

    figure: Figure
    number: str
    svg: Markup


@dataclass(frozen=True)
class PlacedTable:
    """A table with its number, its HTML and its notes: letter (or nothing) and text."""

    table: Table
    number: str
    html: Markup
    notes: Sequence[tuple[str, str]]


def page(bi: Bi, sections: Sequence[Section], svgs: Mapping[str, str], release_id: str) -> str:
    """The whole page; `svgs` holds the drawing of each figure by name."""
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    letters: dict[str, str] = {}
    placed = [
        (section, [_placed(item, number, svgs, letters) for number, item in items])
        for section, items in numbered(sections)
    ]
    about = bi["about"].to_dicts()[0]
    label = "SYNTHETIC DATA. " if about["is_synthetic"] else ""
    page_foot = f"{label}Data cut-off: {about['data_cutoffs']}. Release {release_id}."
    return environment.get_template("report.html").render(
        about=about,
        page_foot=Markup(_css_text(page_foot)),
        release_id=release_id,
        sections=placed,
        letters=Markup("".join(letters[name] for name in sorted(letters))),
        css=Markup((_TEMPLATES / "report.css").read_text(encoding="utf-8")),
    )


def _css_text(text: str) -> str:
    """A text as a string of CSS, in which nothing is markup or an escape."""
    return '"{}"'.format("".join(f"\\{ord(c):06x}" if c in _NOT_PLAIN else c for c in text))


def _placed(
    item: Figure | Table, number: str, svgs: Mapping[str, str], letters: dict[str, str]
) -> PlacedFigure | PlacedTable:
    if isinstance(item, Figure):
        prefix = number.replace(" ", "").lower()
        svg, its_letters = inline_svg(svgs[item.name], prefix, f"alt-{item.name}")
        letters |= its_letters
        return PlacedFigure(item, number, Markup(svg))
    html = table_html(item, f"table-title-{item.name}")
    return PlacedTable(item, number, Markup(html), notes_of(item))
