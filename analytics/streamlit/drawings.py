"""Curves and forests in Altair, from the rows of their tiles."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any, Final

import altair as alt

from analytics.dashboard.specification import Json
from analytics.streamlit.queries import Row

YEAR: Final = 12
"""Months between two ticks."""
_HEIGHT: Final = 320
_LINE_HEIGHT: Final = 20
_AXIS: Final[dict[str, Any]] = {"minExtent": 32, "maxExtent": 32}
"""Width of the labels at the left, so that the numbers at risk stand under their months."""
_SIDE: Final = 14
"""Room at the sides for half a number at the first and the last month."""
_PARTS: Final = {"__yhat_lower": "lower", "__yhat_upper": "upper", "__yhat": "estimate"}
"""What a line's ending says that its value is; without ending it is the mark of the censored."""


def parts(line: str) -> tuple[str, str]:
    """The curve's name and which part of its drawing a line is."""
    for ending, part in _PARTS.items():
        if line.endswith(ending):
            return line.removesuffix(ending), part
    return line, "mark"


def colors(lines: Sequence[str], palette: Sequence[str]) -> dict[str, str]:
    """The colour of each curve, by its name."""
    names = sorted({parts(line)[0] for line in lines})
    return {name: palette[place % len(palette)] for place, name in enumerate(names)}


def curves(rows: Sequence[Row], chart: Json, palette: Mapping[str, str]) -> Any:
    """Steps with their confidence band and the marks of the censored."""
    points: dict[tuple[str, float], Row] = {}
    for row in rows:
        name, part = parts(row["line"])
        here = {"curve": name, "months": row["months"]}
        points.setdefault((name, row["months"]), here)[part] = row["value"]
    axis = alt.Axis(values=_years(_last_month(rows)), title="Months")
    x = alt.X("months:Q", axis=axis, scale=_months(rows))
    color = _color(rows, palette)

    def y(part: str) -> alt.Y:
        axis = alt.Axis(**_AXIS, tickCount=5)
        scale = alt.Scale(domain=[0, 100])
        return alt.Y(f"{part}:Q", title=chart["value_title"], axis=axis, scale=scale)

    step: Any = "step-after"
    base = alt.Chart(_data(list(points.values()))).encode(x=x, color=color)
    band = base.mark_area(interpolate=step, opacity=0.15).encode(y=y("lower"), y2="upper:Q")
    line = base.mark_line(interpolate=step, strokeWidth=2).encode(y=y("estimate"))
    marks = base.transform_filter("isValid(datum.mark)").mark_tick(
        orient="vertical", thickness=1.2, size=9, opacity=1
    )
    hover = base.mark_point(opacity=0, size=60).encode(
        y=y("estimate"),
        tooltip=[
            alt.Tooltip("curve:N", title="Curve"),
            alt.Tooltip("months:Q", title="Month", format=".1f"),
            alt.Tooltip("estimate:Q", title=chart["value_title"], format=".1f"),
            alt.Tooltip("lower:Q", title="Lower limit", format=".1f"),
            alt.Tooltip("upper:Q", title="Upper limit", format=".1f"),
        ],
    )
    return _quiet(
        alt.layer(band, line, marks.encode(y=y("mark")), hover).properties(
            height=_HEIGHT, width="container"
        )
    )


def numbers_at_risk(at_risk: Sequence[Row], rows: Sequence[Row], palette: Mapping[str, str]) -> Any:
    """The numbers at risk under the curves, a line of them for each curve by its number."""
    number = numbered([row["curve"] for row in at_risk], palette)
    numbers = [
        {
            "curve": row["curve"],
            "number": number[row["curve"]],
            "months": row["month"],
            "text": "" if row["value"] is None else f"{row['value']:,}",
        }
        for row in at_risk
    ]
    axis = alt.Axis(
        **_AXIS,
        grid=False,
        domain=False,
        ticks=False,
        labelPadding=2 * _SIDE,
        labelFontWeight=600,
    )
    y = alt.Y("number:N", title=" ", axis=axis)  # as wide as the title of the curves
    x = alt.X("months:Q", axis=None, scale=_months(rows))
    color = _color(rows, palette)
    return _quiet(
        alt.layer(
            alt.Chart(_data(numbers))
            .mark_text(fontSize=12, fontWeight=600)
            .encode(x=x, y=y, text="text:N", color=color)
        ).properties(height=_LINE_HEIGHT * (len(number) + 1), width="container")
    )


def numbered(curves: Iterable[str], palette: Mapping[str, str]) -> dict[str, str]:
    """The number of each curve in the key and at its numbers at risk; a single one has none."""
    drawn = set(curves)
    names = [name for name in palette if name in drawn]
    return {name: str(place) if len(names) > 1 else "" for place, name in enumerate(names, start=1)}


def key(rows: Sequence[Row], palette: Mapping[str, str]) -> str:
    """Number, colour and name of each curve in HTML, where there are several."""
    number = numbered((parts(row["line"])[0] for row in rows), palette)
    if len(number) < 2:
        return ""
    return "".join(
        f'<div style="font-size: 0.875rem; line-height: 1.4"><b>{place}</b> '
        f'<span style="color: {palette[name]}">&#9632;</span> {escape(name)}</div>'
        for name, place in number.items()
    )


def _last_month(rows: Sequence[Row]) -> float:
    return max((float(row["months"]) for row in rows), default=0.0)


def _years(last: float) -> list[int]:
    return list(range(0, int(last) + 1, YEAR))


def _months(rows: Sequence[Row]) -> alt.Scale:
    return alt.Scale(domain=[0, _last_month(rows)], nice=False)


def forest(rows: Sequence[Row]) -> Any:
    """Interval and estimate of each line by its number, on a logarithmic axis around 1."""
    lines: dict[str, dict[str, Any]] = {}
    for row in rows:
        name, part = parts(row["line"])
        line = lines.setdefault(name, {"line": name, "ratios": []})
        if part == "estimate":
            line["ratios"].append(row["ratio"])
        else:
            line.update(ratio=row["ratio"], height=row["value"])
    drawn = [
        {**line, "lower": min(line["ratios"]), "upper": max(line["ratios"])}
        for line in lines.values()
        if "ratio" in line  # the line of no difference has no estimate
    ]
    ratios = [line[end] for line in drawn for end in ("lower", "upper")]
    low, high = min([0.5, *ratios]), max([2, *ratios])
    ticks = [2.0**power for power in range(-12, 13) if low <= 2.0**power <= high]
    x = alt.X(
        "lower:Q",
        title="Hazard ratio",
        scale=alt.Scale(type="log", base=2, domain=[low / 1.1, high * 1.1], nice=False),
        axis=alt.Axis(values=ticks, format="~g"),
    )
    y = alt.Y("line:N", title=None, sort=alt.SortField("height"), axis=alt.Axis(labelLimit=160))
    base = alt.Chart(_data(drawn))
    tips = [
        alt.Tooltip("line:N", title="Line"),
        *(
            alt.Tooltip(f"{name}:Q", title=title, format=".2f")
            for name, title in (
                ("ratio", "Hazard ratio"),
                ("lower", "Lower limit"),
                ("upper", "Upper limit"),
            )
        ),
    ]
    ink = "#1f2933"
    drawing = alt.layer(
        alt.Chart(_data([{"lower": 1}])).mark_rule(color="#999999").encode(x=x),
        base.mark_rule(color=ink, strokeWidth=1.5).encode(x=x, x2="upper:Q", y=y, tooltip=tips),
        base.mark_square(color=ink, size=70, opacity=1).encode(
            x=alt.X("ratio:Q"), y=y, tooltip=tips
        ),
    )
    return _quiet(drawing.properties(height=alt.Step(26), width="container"))


def _data(values: Sequence[Row]) -> Any:
    make: Any = alt.Data
    return make(values=list(values))


def _color(rows: Sequence[Row], palette: Mapping[str, str]) -> alt.Color:
    names = list(numbered((parts(row["line"])[0] for row in rows), palette))
    scale = alt.Scale(domain=names, range=[palette[name] for name in names])
    return alt.Color("curve:N", scale=scale, legend=None)


def _quiet(drawing: Any) -> Any:
    """Without a frame, in small type."""
    sides = {"left": 0, "right": _SIDE, "top": 5, "bottom": 5}
    return (
        drawing.properties(padding=sides)
        .configure_view(stroke=None)
        .configure_axis(
            labelFontSize=12,
            titleFontSize=12,
            titleFontWeight="normal",
            gridColor="#e8e8e8",
            domainColor="#888888",
        )
    )
