"""Baseline characteristics and clinical outcomes by group, as a journal prints them."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import polars as pl

from analytics.report.elements import Bi, Column, Line, Row, Table, rows_of, taken_from
from analytics.report.formats import (
    UNKNOWN,
    confidence,
    count_percent,
    decimal,
    percent_interval,
    percent_number,
    whole,
)
from analytics.study.number_styles import style

_BY_DEFINITION = "No limits where the definitions of group and outcome alone decide the percentage."
_FIRST = "the line"  # no population has a blank in its name


def baseline_table(bi: Bi, analysis: Row, *, is_main: bool) -> Table:
    """A baseline table: a column per group, levels as n (%), values as mean and median."""
    rows = bi["table_1"].filter(pl.col("analysis_id") == analysis["analysis_id"])
    groups = _groups(rows)
    return Table(
        name=analysis["analysis_id"],
        title=plain_title(analysis["analysis_label"]),
        columns=_columns("Characteristic", groups),
        lines=list(_characteristics(rows, [group["group_population"] for group in groups])),
        notes=[
            "No. (%) unless stated otherwise; percentages of the whole group, unknown included.",
            *_group_cautions(bi, groups),
        ],
        is_main=is_main,
        analysis_id=analysis["analysis_id"],
    )


def outcomes_table(bi: Bi, analysis: Row, *, is_main: bool) -> Table:
    """An outcomes table: a column per group, the parts of an outcome indented under it."""
    rows = bi["table_2"].filter(pl.col("analysis_id") == analysis["analysis_id"])
    groups = _groups(rows)
    sizes = {group["group_population"]: group["size"] for group in groups}
    lines = [
        Line(
            {
                _FIRST: part["label"][0],
                **{
                    row["group_population"]: _outcome(row, sizes[row["group_population"]])
                    for row in part.to_dicts()
                },
            },
            indent=int(part["indent"][0] or 0),
            analysis_id=analysis["analysis_id"],
            rows=taken_from("table_2", part.to_dicts()),
        )
        for part in rows.sort("line_order").partition_by("line_order", maintain_order=True)
    ]
    return Table(
        name=analysis["analysis_id"],
        title=plain_title(analysis["analysis_label"]),
        columns=_columns("Outcome", groups),
        lines=lines,
        notes=[
            "No. (%) of the group; n/N (%) where the percentage is based on N patients of the "
            f"group. In brackets: exact (Clopper-Pearson) {_ci(rows)} of the percentage.",
            *([_BY_DEFINITION] if rows["is_by_definition"].any() else []),
            *_group_cautions(bi, groups),
        ],
        is_main=is_main,
        analysis_id=analysis["analysis_id"],
    )


def plain_title(label: str) -> str:
    """The label of a table without the number it has elsewhere: the report numbers its own."""
    return re.sub(r"^Table\s+\w+\.\s*", "", label)


def _groups(rows: pl.DataFrame) -> Sequence[Row]:
    """The groups in order, each with its size."""
    return (
        rows.group_by("group_population", "group_label", "group_order")
        .agg(pl.col("denominator").max().alias("size"))
        .sort("group_order", "group_population")
        .to_dicts()
    )


def _ci(rows: pl.DataFrame) -> str:
    return confidence(next(iter(rows["conf_level"].drop_nulls().to_list()), None))


def _columns(first: str, groups: Sequence[Row]) -> list[Column]:
    return [
        Column(_FIRST, first, is_text=True),
        *(
            Column(
                group["group_population"], f"{group['group_label']} (n = {whole(group['size'])})"
            )
            for group in groups
        ),
    ]


def _group_cautions(bi: Bi, groups: Sequence[Row]) -> list[str]:
    """What to know about groups that are formed by how the endpoint ended."""
    labels = [
        group["group_label"]
        for group in groups
        if rows_of(bi["populations"], population=group["group_population"])[0][
            "is_defined_by_outcome"
        ]
    ]
    if not labels:
        return []
    return [
        "Descriptive only: these groups are defined by the outcome itself and are not compared "
        f"by a test: {'; '.join(labels)}."
    ]


def _characteristics(rows: pl.DataFrame, groups: Sequence[str]) -> Iterator[Line]:
    for part in rows.sort("line_order").partition_by("characteristic", maintain_order=True):
        heading = part["characteristic_label"][0]
        unit = part["unit"][0]
        levels = part.filter(pl.col("statistic") == "count_percent")
        for level in levels.partition_by("level", maintain_order=True):
            cells = dict.fromkeys(groups, count_percent(0, 0.0))  # a level nobody has, no line
            cells |= {
                row["group_population"]: count_percent(row["n"], row["percent"])
                for row in level.to_dicts()
            }
            yield Line(
                {_FIRST: level["level_label"][0], **cells},
                group=heading,
                indent=1,
                analysis_id=level["analysis_id"][0],
                rows=taken_from("table_1", level.to_dicts()),
            )
        values = part.filter(pl.col("statistic") != "count_percent")
        if not values.is_empty():
            yield from _values(values, groups, f"{heading}, {unit}" if unit else heading)


def _values(values: pl.DataFrame, groups: Sequence[str], heading: str) -> Iterator[Line]:
    """The statistics of a measured characteristic, those that belong together in one line."""
    rows = values.to_dicts()
    found = {(row["group_population"], row["statistic"]): row["value"] for row in rows}
    known = {row["group_population"]: (row["n"], row["denominator"]) for row in rows}
    about: dict[str, Any] = {
        "group": heading,
        "indent": 1,
        "analysis_id": rows[0]["analysis_id"],
        "rows": taken_from("table_1", rows),
    }
    shown = {statistic for _, statistic in found}
    if any(n != denominator for n, denominator in known.values()):
        cells = {group: whole(known[group][0]) for group in groups if group in known}
        yield Line({_FIRST: "No. known", **cells}, **about)
    for wanted, name in (
        (("mean", "sd"), "Mean (SD)"),
        (("median", "min", "max"), "Median (range)"),
    ):
        if set(wanted) <= shown:
            cells = {
                group: _value([found.get((group, statistic)) for statistic in wanted])
                for group in groups
            }
            yield Line({_FIRST: name, **cells}, **about)
            shown -= set(wanted)
    for statistic in ("mean", "sd", "median", "min", "max"):
        if statistic in shown:
            cells = {group: _value([found.get((group, statistic))]) for group in groups}
            yield Line({_FIRST: statistic.capitalize(), **cells}, **about)


def _value(numbers: Sequence[float | None]) -> str:
    """A statistic, with its spread or its range; whole numbers without a decimal."""
    if numbers[0] is None:
        return UNKNOWN
    first, *rest = (_short(number) for number in numbers)
    spread = style().between(*rest) if len(rest) == 2 else "".join(rest)
    return f"{first} ({spread})" if spread else first


def _short(number: float | None) -> str:
    return decimal(number, 0 if number is not None and float(number).is_integer() else 1)


def _outcome(row: Row, size: int) -> str:
    """The count with its percentage and the limits of that."""
    if row["denominator"] == size or row["n"] is None:
        shown = count_percent(row["n"], row["percent"])
    else:
        share = "" if row["percent"] is None else f" ({percent_number(row['percent'])})"
        shown = f"{whole(row['n'])}/{whole(row['denominator'])}{share}"
    limits = percent_interval(row["ci_lower_percent"], row["ci_upper_percent"])
    return shown if limits == UNKNOWN or row["is_by_definition"] else f"{shown} [{limits}]"
