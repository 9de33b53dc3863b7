"""The report as one self-contained HTML page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from analytics.report.drawing import inline_svg
from analytics.report.elements import Bi, Figure, Section, Table
from analytics.report.fonts import SCREEN_FONTS, lacking
from analytics.report.numbering import numbered
from analytics.report.origins import Keys, Origin, origins_of
from analytics.report.provenance import Provenance
from analytics.report.text_to_copy import BEFORE_USE, TextToCopy
from analytics.report.typesetting import notes_of, table_html
from analytics.report.wording import counted

_TEMPLATES: Final = Path(__file__).parent / "templates"
_LONGEST_TOPIC: Final = 40  # letters
_NOT_PLAIN: Final = '"\\<>&\n\r\f'


@dataclass(frozen=True)
class PlacedFigure:
    """A figure with its number, its drawing, its cautions, and the figures to see beside it.

    A caution is a text with its place, where it stands for the first time; later a link to there.
    `missing` are letters of its words that the drawing shows as boxes.
    """

    figure: Figure
    number: str
    svg: Markup
    cautions: Sequence["PlacedCaution"]
    related: Sequence[tuple[str, str]]
    missing: str


@dataclass(frozen=True)
class PlacedCaution:
    """A caution: its anchor, its words, and, where it was told before, in which figure."""

    anchor: str
    text: str
    told_in: str | None = None


@dataclass(frozen=True)
class PlacedTable:
    """A table with its number, its HTML, its notes (letter or nothing, text), and origins."""

    table: Table
    number: str
    html: Markup
    notes: Sequence[tuple[str, str]]
    origins: Sequence[Origin]


class _Numbers:
    """The origins of the lines of all tables, whose anchors are numbered over the page."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._n = 0

    def of(self, table: Table) -> dict[int, Origin]:
        """The origins of the next table, by the place of its lines."""
        origins = origins_of(table, self._keys, self._n)
        self._n += len(origins)
        return origins


def page(  # noqa: PLR0913, PLR0917 - what a page is made of
    bi: Bi,
    keys: Keys,
    sections: Sequence[Section],
    svgs: Mapping[str, str],
    provenance: Provenance,
    text: TextToCopy,
) -> str:
    """The whole page; `keys` are those of bi, `svgs` the drawings of the figures by name."""
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    numbers = _Numbers(keys)
    letters: dict[str, str] = {}
    told: dict[str, PlacedCaution] = {}
    related = _related(bi, sections)
    spoken = {passage.analysis_id for passage in text.results}
    placed = [
        (
            section,
            [
                _placed(
                    item, number, numbers, svgs, letters, _cautions(item, number, told), related
                )
                for number, item in items
            ],
        )
        for section, items in numbered(sections)
    ]
    about = bi["about"].to_dicts()[0]
    label = "SYNTHETIC DATA. " if about["is_synthetic"] else ""
    page_foot = f"{label}Data cut-off: {about['data_cutoffs']}. {provenance.note}"
    return environment.get_template("report.html").render(
        about=about,
        counted=counted,
        page_foot=Markup(_css_text(page_foot)),
        release_id=provenance.release_id,
        published=provenance.published,
        sections=placed,
        text=text,
        spoken=spoken,
        study=about["study_id"],
        before_use=BEFORE_USE,
        letters=Markup("".join(letters[name] for name in sorted(letters))),
        css=Markup((_TEMPLATES / "report.css").read_text(encoding="utf-8")),
    )


def _css_text(text: str) -> str:
    """A text as a string of CSS, in which nothing is markup or an escape."""
    return '"{}"'.format("".join(f"\\{ord(c):06x}" if c in _NOT_PLAIN else c for c in text))


def _placed(  # noqa: PLR0913, PLR0917 - what a placed item is made of
    item: Figure | Table,
    number: str,
    numbers: _Numbers,
    svgs: Mapping[str, str],
    letters: dict[str, str],
    cautions: Sequence[PlacedCaution],
    related: Mapping[str, Sequence[tuple[str, str]]],
) -> PlacedFigure | PlacedTable:
    if isinstance(item, Figure):
        prefix = number.replace(" ", "").lower()
        svg, its_letters = inline_svg(svgs[item.name], prefix, f"alt-{item.name}")
        letters |= its_letters
        missing = lacking((item.title, item.alternative), SCREEN_FONTS)
        beside = related.get(item.name, ())
        return PlacedFigure(item, number, Markup(svg), cautions, beside, missing)
    origins = numbers.of(item)
    anchors = {place: origin.anchor for place, origin in origins.items()}
    html = table_html(item, f"table-title-{item.name}", anchors)
    return PlacedTable(item, number, Markup(html), notes_of(item), list(origins.values()))


def _cautions(
    item: Figure | Table, number: str, told: dict[str, PlacedCaution]
) -> list[PlacedCaution]:
    """The cautions of a figure: in full the first time, then as what they are about."""
    found = []
    for text in item.cautions if isinstance(item, Figure) else ():
        first = told.get(text)
        if first is None:
            found.append(PlacedCaution(f"caution-{len(told) + 1}", text))
            told[text] = PlacedCaution(found[-1].anchor, _topic(text), number)
        else:
            found.append(first)
    return found


def _topic(text: str) -> str:
    """What a caution is about: the words before its first colon, where they are few."""
    words, colon, _ = text.partition(":")
    return words if colon and len(words) <= _LONGEST_TOPIC else ""


def _related(bi: Bi, sections: Sequence[Section]) -> dict[str, list[tuple[str, str]]]:
    """By figure the numbers and names of those with delayed entry beside it, or as published."""
    figures = [
        (number, item)
        for _, items in numbered(sections)
        for number, item in items
        if isinstance(item, Figure) and item.analysis_id is not None
    ]
    pairs = {
        row["analysis_id"]: row["delayed_entry_of"]
        for row in bi["analyses"].to_dicts()
        if row["delayed_entry_of"] is not None
    }
    beside = [*pairs.items(), *((original, late) for late, original in pairs.items())]
    return {
        item.name: [
            (number, other.name)
            for number, other in figures
            if (item.analysis_id, other.analysis_id) in beside
            and item.name.partition("_")[0] == other.name.partition("_")[0]
        ]
        for _, item in figures
    }
