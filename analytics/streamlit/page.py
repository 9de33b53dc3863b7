"""The page: header, tabs, rows of tiles and filters, in the places that bi/dashboard states."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import pandas as pd
import streamlit as st

from analytics.dashboard.specification import Json, read_specification
from analytics.release.folders import StudyReleases, published_studies
from analytics.streamlit import drawings
from analytics.streamlit.places import tabs_of_rows
from analytics.streamlit.plain import plain
from analytics.streamlit.published import Published, published_release
from analytics.streamlit.queries import Row, Tiles
from analytics.warehouse import connect_for_queries

_NEWER: Final = "30s"
"""How often an open page looks whether a newer release is published."""
_NOTHING: Final = "Nothing of this in the release."
_SHORT: Final = 15
"""Rows up to which a list is printed whole; a longer one is scrolled, sorted and searched."""
_LONG: Final = 500
_CARD: Final = 165
_WIDE_CARD: Final = 225
"""Pixels."""
_NO_NUMBER: Final = "\N{EN DASH}"


def show(releases: Path) -> None:
    """The page of the published studies of a folder."""
    st.set_page_config(page_title="Plateau", layout="wide")
    st.html("<style>.block-container {padding-top: 2rem; padding-bottom: 2rem}</style>")
    studies = {study.study_id: study for study in published_studies(releases)}
    if not studies:
        st.error(f"Nothing is published in {releases}; run `plateau build` first.")
        return
    first = next(iter(studies))
    study_id = st.selectbox("Study", studies, key="Study") if len(studies) > 1 else first
    study = studies[study_id]
    release = published_release(study)
    _follow(study, release)
    st.subheader(plain(release.title), anchor=False)
    if release.notice:
        st.warning(plain(release.notice))
    st.caption(plain(release.source))
    specification = read_specification()
    with connect_for_queries(release.bi) as connection:
        _tabs(Tiles(connection, specification), release)


def _follow(study: StudyReleases, release: Published) -> None:
    """Show the page again once another release is published."""

    def look() -> None:
        if study.current.resolve().name != release.release_id:
            st.rerun()

    st.fragment(look, run_every=_NEWER)()


def _tabs(tiles: Tiles, release: Published) -> None:
    tabs = tabs_of_rows(tiles.specification)
    for place, rows in zip(st.tabs(list(tabs)), tabs.values(), strict=True):
        chosen: dict[str, list[str]] = {}
        with place:
            for row in rows:
                _filters(tiles, row, chosen)
                _row(tiles, row, chosen, release)


def _filters(tiles: Tiles, charts: Mapping[str, int], chosen: dict[str, list[str]]) -> None:
    """The filters that reach a chart of the row and stand nowhere yet."""
    new = [
        one
        for one in tiles.specification.dashboard["filters"]
        if one["name"] not in chosen and set(one["charts"]) & charts.keys()
    ]
    if not new:
        return
    for place, one in zip(st.columns(len(new)), new, strict=True):
        options = tiles.options(one, chosen)
        with place:
            if one.get("several"):
                values = st.multiselect(
                    one["name"],
                    options,
                    key=one["name"],
                    help=one["description"],
                    placeholder="All",
                )
            else:
                value = st.selectbox(one["name"], options, key=one["name"], help=one["description"])
                values = [] if value is None else [value]
        chosen[one["name"]] = values


def _row(
    tiles: Tiles,
    charts: Mapping[str, int],
    chosen: Mapping[str, list[str]],
    release: Published,
) -> None:
    specification = tiles.specification
    if all(specification.charts[name]["shows"] == "number" for name in charts):
        with st.container(horizontal=True):
            for name in charts:
                _number(specification.charts[name], tiles.rows(name, chosen))
            with st.container(border=True, width=_WIDE_CARD, height="stretch"):
                st.caption("As of")
                st.markdown("  \n".join(map(plain, release.data_cutoffs.split("; "))))
        return
    for place, name in zip(st.columns(list(charts.values())), charts, strict=True):
        chart = specification.charts[name]
        with place:
            st.markdown(f"**{chart['title']}**", help=chart["description"])
            rows = tiles.rows(name, chosen)
            if rows:
                _SHOWN[chart["shows"]](tiles, name, chosen, rows)
            else:
                st.caption(_NOTHING)


def _number(chart: Json, rows: list[Row]) -> None:
    ((value,),) = (row.values() for row in rows)
    text = _NO_NUMBER if value is None else f"{value:,.{chart.get('digits', 0)}f}"
    with st.container(border=True, width=_CARD, height="stretch"):
        st.markdown(chart["title"], help=chart["description"])
        st.metric(chart["title"], text, label_visibility="collapsed")
        st.caption(chart["below"])


def _curves(tiles: Tiles, name: str, chosen: Mapping[str, list[str]], rows: list[Row]) -> None:
    chart = tiles.specification.charts[name]
    palette = drawings.colors(tiles.lines(name, chosen), tiles.specification.dashboard["palette"])
    below = chart.get("numbers_below")
    if names := drawings.key(rows, palette):
        st.html(names)
    st.altair_chart(drawings.curves(rows, chart, palette), theme=None, width="stretch")
    if below:
        st.caption(tiles.specification.charts[below]["title"])
        at_risk = drawings.numbers_at_risk(tiles.rows(below, chosen), rows, palette)
        st.altair_chart(at_risk, theme=None, width="stretch")


def _forest(tiles: Tiles, name: str, chosen: Mapping[str, list[str]], rows: list[Row]) -> None:
    st.altair_chart(drawings.forest(rows), theme=None, width="stretch")


def _list(tiles: Tiles, name: str, chosen: Mapping[str, list[str]], rows: list[Row]) -> None:
    chart = tiles.specification.charts[name]
    labels = {column: tiles.label(chart["dataset"], column) for column in chart["columns"]}
    digits = chart.get("digits", {})
    if len(rows) <= _SHORT:
        printed = {
            column: [_printed(row[column], digits.get(column)) for row in rows]
            for column in chart["columns"]
        }
        _print(pd.DataFrame(printed).rename(columns=labels))
        return
    columns: dict[str, Any] = {
        column: st.column_config.NumberColumn(label, format=f"%.{digits[column]}f")
        if column in digits
        else st.column_config.Column(label)
        for column, label in labels.items()
    }
    frame = pd.DataFrame(rows, columns=chart["columns"])
    st.dataframe(frame, hide_index=True, column_config=columns, height=_LONG)


def _printed(value: object, digits: int | None) -> str:
    """A value of a list as text; nothing where there is none."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:g}" if digits is None else f"{value:.{digits}f}"
    return str(value)


def _cross_table(tiles: Tiles, name: str, chosen: Mapping[str, list[str]], rows: list[Row]) -> None:
    chart = tiles.specification.charts[name]
    frame = pd.DataFrame(rows).pivot(index=chart["rows"], columns=chart["columns"], values="value")
    printed = frame.fillna("").reset_index()
    for row in chart["rows"][:-1]:  # what is told once for the rows below it
        printed[row] = printed[row].mask(printed[row].duplicated(), "")
    labels = {row: tiles.label(chart["dataset"], row) for row in chart["rows"]}
    _print(printed.rename(columns=labels))


def _print(table: pd.DataFrame) -> None:
    st.table(table.map(plain).rename(columns=plain), hide_index=True, border="horizontal")


_SHOWN: Final[dict[str, Callable[[Tiles, str, Mapping[str, list[str]], list[Row]], None]]] = {
    "curves": _curves,
    "forest": _forest,
    "list": _list,
    "cross_table": _cross_table,
}
