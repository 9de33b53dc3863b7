"""The flow of patients: a tree from those treated to remission, transplant, relapse and death."""

import textwrap
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

from matplotlib.figure import Figure as Drawing

from analytics.report import drawing
from analytics.report.drawing import FAINT, SERIES
from analytics.report.elements import Bi, Figure, Row, as_of
from analytics.report.formats import percent, whole

_TITLE: Final = "Flow of patients from treatment to death"
_ROW: Final = 0.38  # inches between leaves
_FIRST: Final = (
    "treated", "analyzed", "remission", "transplant_in_remission", "transplant_without_remission",
    "relapse", "transplant_after_relapse", "died",
)  # fmt: skip


def flow_figure(bi: Bi) -> Figure | None:
    """The tree of the study's patients; None when nobody was treated."""
    nodes = _in_order(bi["patient_flow"].to_dicts())
    if not nodes:
        return None
    note = as_of(bi)
    return Figure(
        name="patient_flow",
        title=_TITLE,
        caption=_caption({str(node["state"]) for node in nodes}),
        alternative="Tree of patients. " + " ".join(_in_words(node, nodes) for node in nodes),
        draw=partial(_draw, nodes, note),
        is_main=True,
    )


def _caption(states: set[str]) -> str:
    """What the tree shows, and the meaning of the states that it has."""
    meanings = [
        meaning
        for state, meaning in (
            ("remission", "remission: the first one within the window of the plan"),
            ("relapse", "relapse: the first one after it"),
            ("transplant", "transplant: the first allogeneic one after the first dose"),
        )
        if any(state in one for one in states)
    ]
    told = "; ".join(meanings)
    known = "Deaths and relapses are" if "relapse" in states else "Deaths are"
    return (
        "Each branch gives the patients and their percentage of the branch before it; line width "
        "is proportional to the number of patients. "
        + (f"{told[0].upper()}{told[1:]}. " if told else "")
        + f"{known} as known at the data cut-off."
    )


def _in_order(rows: Sequence[Row]) -> list[Row]:
    """Each node before its branches, what happened before what did not."""
    branches: dict[str | None, list[Row]] = {}
    for row in rows:
        branches.setdefault(row["parent"], []).append(row)

    def walk(parent: str | None) -> list[Row]:
        siblings = sorted(branches.get(parent, []), key=lambda row: row["state"] not in _FIRST)
        return [row for node in siblings for row in (node, *walk(node["node"]))]

    return walk(None)


def _draw(nodes: Sequence[Row], note: str | None) -> Drawing:
    depth = {node["node"]: str(node["node"]).count("/") for node in nodes}
    heights = _heights(nodes)
    n_rows = max(heights.values()) + 1
    deepest = max(depth.values()) or 1
    largest = nodes[0]["n"] or 1
    with drawing.settings():
        foot = 0.05 + drawing.note_height(note)
        height = n_rows * _ROW + 0.35 + foot
        figure = drawing.drawing(height)
        axes = figure.add_axes((0, foot / height, 1, (n_rows * _ROW) / height))
        axes.set_axis_off()
        axes.set_xlim(0, drawing.WIDTH)
        axes.set_ylim(n_rows - 0.5, -0.5)
        step = (drawing.WIDTH - 0.2) / (deepest + 1)
        for node in nodes:
            start = 0.1 + step * depth[node["node"]]
            y = heights[node["node"]]
            before = heights.get(node["parent"], y)
            thick = 0.8 + 7 * (node["n"] or 0) / largest
            axes.plot(
                [start, start, start + step], [before, y, y],
                color=SERIES[0] if node["state"] in _FIRST else FAINT, linewidth=thick,
                solid_joinstyle="round", solid_capstyle="butt", zorder=2 - thick / 10,
            )  # fmt: skip
            label = textwrap.fill(node["label"], 16)
            place: dict[str, Any] = {"textcoords": "offset points", "zorder": 3}
            axes.annotate(
                label, (start, y), (6, thick / 2 + 1), va="bottom", fontsize=6.5,
                linespacing=1.0, **place,
            )  # fmt: skip
            axes.annotate(
                _number(node), (start, y), (6, -thick / 2 - 1.5), va="top", fontsize=7,
                fontweight="bold", **place,
            )  # fmt: skip
        drawing.title(figure, _TITLE, note)
    return figure


def _number(node: Row) -> str:
    """The patients of a branch, with their percentage of the branch before it."""
    share = "" if node["percent"] is None else f" ({percent(node['percent'])})"
    return whole(node["n"]) + share


def _heights(nodes: Sequence[Row]) -> Mapping[str, float]:
    """The line of each node: leaves below each other, a branching midway between its branches."""
    parents = {node["parent"] for node in nodes}
    heights: dict[str, float] = {}
    leaves = [node["node"] for node in nodes if node["node"] not in parents]
    heights.update({leaf: float(i) for i, leaf in enumerate(leaves)})
    for node in reversed(nodes):
        if node["node"] not in heights:
            below = [heights[other["node"]] for other in nodes if other["parent"] == node["node"]]
            heights[node["node"]] = (min(below) + max(below)) / 2
    return heights


def _in_words(node: Row, nodes: Sequence[Row]) -> str:
    labels = {other["node"]: other["label"] for other in nodes}
    if node["parent"] is None:
        return f"{node['label']}: {whole(node['n'])}."
    of = labels[node["parent"]].lower()
    return f"{node['label']}, of {of}: {_number(node)}."
