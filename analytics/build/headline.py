"""The headline at the end of a build: a line per endpoint, the published numbers under it.

Then a line per outcome and group, for the outcomes that the plan marks.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any, Final

import polars as pl

from analytics.methods.statuses import SUPPRESSED
from analytics.results.headline_numbers import shown_curves
from analytics.study.number_styles import style
from analytics.study.published import PublishedValue
from analytics.study.specification import Analysis, Publication, StudySpecification

HEADLINE_TABLES: Final = (
    "survival_summary",
    "survival_rate",
    "cumulative_incidence_rate",
    "clinical_outcomes",
    "published_concordance",
)
HEADLINE_CURVES: Final = ("survival_curve", "cumulative_incidence_curve")
"""They say where the limits of publication end a curve, and so a median."""
UNKNOWN: Final = "-"
LABEL_WIDTH: Final = 36
NOT_REACHED: Final = "NR"
PUBLISHED: Final = "as published"
NUMBERS: Final = ("none", "percent")  # transforms of what is printed as a number, not in words
_MEDIAN: Final = ("median_months", "median_ci_lower", "median_ci_upper")
_ONE_GROUP: Final = pl.col("stratum") == "all"


@dataclass(frozen=True)
class HeadlineRow:
    """One analysis as shown: every number a text, `-` where there is none."""

    label: str
    n: str
    n_event: str
    median: str
    rates: tuple[str, ...]
    has_caution: bool
    published: tuple[str, ...]
    """The published median and rates, empty where none is printed."""


@dataclass(frozen=True)
class OutcomeRow:
    """An outcome in one group as shown: every number a text, `-` where there is none."""

    label: str
    n: str
    denominator: str
    percent: str


@dataclass(frozen=True)
class Headline:
    """What a build ends with; `landmarks` are the months of the columns of rates."""

    title: str
    data_cutoffs: str
    conf_level: str
    landmarks: tuple[float, ...]
    rows: tuple[HeadlineRow, ...]
    outcomes: tuple[OutcomeRow, ...]
    remarks: tuple[str, ...]


def headline(
    study: StudySpecification,
    results: Mapping[str, pl.DataFrame],
    published: Sequence[PublishedValue] = (),
) -> Headline:
    """The analyses that the plan marks as headline, in its order; without marks, every curve.

    `results` holds the frames of `HEADLINE_TABLES`. Stratified analyses and delayed-entry
    siblings are left out; an analysis with a caution is marked and the remark says where to
    read it. `published` are the reported values, as printed.
    """
    shown = shown_curves(study)
    landmarks = tuple(sorted({month for item in shown for month in item.landmarks_months}))
    rows = tuple(_row(analysis, landmarks, results, published) for analysis in shown)
    return Headline(
        title=study.title,
        data_cutoffs=study.data_cutoffs,
        conf_level=f"{style().shortest(100 * study.parameters.conf_level)}%",
        landmarks=landmarks,
        rows=rows,
        outcomes=_outcomes(study, results["clinical_outcomes"]),
        remarks=tuple(_remarks(study, rows, results["published_concordance"])),
    )


def headline_lines(shown: Headline) -> list[str]:
    """The headline as aligned plain lines, the remarks last."""
    curves = [_columns(shown), *(line for row in shown.rows for line in _lines(row))]
    outcomes = [
        ["Outcome", "n", "Of", f"Percent ({shown.conf_level} CI)"],
        *(
            line
            for row in shown.outcomes
            for line in _wrapped([row.label, row.n, row.denominator, row.percent])
        ),
    ]
    return [
        shown.title,
        f"Data cut-off: {shown.data_cutoffs}",
        *_aligned(curves),
        *(_aligned(outcomes) if shown.outcomes else []),
        *shown.remarks,
    ]


def _aligned(cells: list[list[str]]) -> list[str]:
    """Rows of a table as lines, the first column to the left."""
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    return [
        "  ".join(
            [
                row[0].ljust(widths[0]),
                *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)),
            ]
        ).rstrip()
        for row in cells
    ]


def _lines(row: HeadlineRow) -> list[list[str]]:
    """An endpoint as printed lines, the published numbers below ours."""
    lines = _wrapped(_cells(row))
    return [*lines, [f"  {PUBLISHED}", "", "", *row.published]] if any(row.published) else lines


def _wrapped(cells: list[str]) -> list[list[str]]:
    """One row as printed lines: a long label goes on below, beside nothing."""
    first, *rest = wrap(cells[0], LABEL_WIDTH) or [""]
    return [[first, *cells[1:]], *([f"  {part}", *([""] * (len(cells) - 1))] for part in rest)]


def _columns(shown: Headline) -> list[str]:
    months = [f"{style().shortest(month)} mo" for month in shown.landmarks]
    return ["Endpoint", "n", "Events", f"Median, mo ({shown.conf_level} CI)", *months]


def _cells(row: HeadlineRow) -> list[str]:
    return [
        f"{row.label}{' *' if row.has_caution else ''}",
        row.n,
        row.n_event,
        row.median,
        *row.rates,
    ]


def _row(
    analysis: Analysis,
    landmarks: tuple[float, ...],
    results: Mapping[str, pl.DataFrame],
    published: Sequence[PublishedValue],
) -> HeadlineRow:
    mine = _ONE_GROUP & (pl.col("analysis_id") == analysis.analysis_id)
    if analysis.method == "kaplan_meier":
        summary = results["survival_summary"].filter(mine).to_dicts()
        found = results["survival_rate"].filter(mine)
    else:
        found = results["cumulative_incidence_rate"].filter(mine & (pl.col("event") == "event"))
        summary = []
    rates = {rate["time_months"]: rate for rate in found.iter_rows(named=True)}
    sizes: Mapping[str, Any] = next(iter([*summary, *rates.values()]), {})
    return HeadlineRow(
        label=analysis.label,
        n=_count(sizes.get("n")),
        n_event=_count(sizes.get("n_event")),
        median=_median(summary[0]) if summary else UNKNOWN,
        rates=tuple(_percent(rates.get(month, {}).get("estimate")) for month in landmarks),
        has_caution=analysis.caution is not None,
        published=_published(analysis, landmarks, published),
    )


def _outcomes(study: StudySpecification, found: pl.DataFrame) -> tuple[OutcomeRow, ...]:
    """The marked lines of the tables of outcomes, each for every group of its table."""
    labels = {population.population: population.label for population in study.populations}
    rows = {
        tuple(row[name] for name in ("analysis_id", "group_population", "outcome", "level")): row
        for row in found.iter_rows(named=True)
    }
    return tuple(
        _outcome(
            f"{line.label}, {labels[group]}",
            rows[analysis.analysis_id, group, line.outcome, line.level],
        )
        for analysis in study.analyses
        for line in analysis.lines
        if line.headline
        for group in analysis.groups
    )


def _outcome(label: str, row: Mapping[str, Any]) -> OutcomeRow:
    percent = UNKNOWN
    if row["percent"] is not None:
        limits = (row["ci_lower"], row["ci_upper"])
        lower, upper = (UNKNOWN if one is None else style().percent(one) for one in limits)
        percent = f"{style().percent(row['percent'])}%"
        if {lower, upper} != {UNKNOWN}:
            percent += f" ({style().between(lower, upper)})"
    return OutcomeRow(label, _count(row["n"]), _count(row["denominator"]), percent)


def _published(
    analysis: Analysis, landmarks: tuple[float, ...], published: Sequence[PublishedValue]
) -> tuple[str, ...]:
    """The printed median with its limits, then the printed rate of each landmark."""
    printed: dict[tuple[str, float | None], str] = {}
    for value in published:
        place = dict(value.filters)
        is_number = value.kind == "computed" and value.transform in NUMBERS
        if is_number and place.get("analysis_id") == analysis.analysis_id:
            month = float(place["time_months"]) if "time_months" in place else None
            printed.setdefault((value.column or "", month), value.published)
    median, lower, upper = (printed.get((column, None)) for column in _MEDIAN)
    rates = (printed.get(("estimate", month)) for month in landmarks)
    return (
        f"{median} ({lower}-{upper})" if median and lower and upper else "",
        *(f"{rate}%" if rate else "" for rate in rates),
    )


def _median(summary: Mapping[str, Any]) -> str:
    """Median (lower-upper); NR for a limit or a median that is not reached."""
    if summary["n_event"] == 0:
        return UNKNOWN
    absent = UNKNOWN if summary["status"].startswith(SUPPRESSED) else NOT_REACHED
    median, lower, upper = (
        absent if summary[name] is None else style().number(summary[name], 1) for name in _MEDIAN
    )
    if {median, lower, upper} == {UNKNOWN}:
        return UNKNOWN
    return f"{median} ({style().between(lower, upper)})"


def _limits(publication: Publication) -> Iterator[str]:
    """What the limits of publication hold back, a remark each."""
    cell, grid = publication.smallest_cell, publication.curve_grid
    if publication.hides_counts:
        few = f"curves below {publication.at_risk_bound} at risk"
        counts = f"counts below {cell}, " if cell is not None else ""
        yield f"{UNKNOWN}: none, or not published: {counts}{few}."
    if publication.rounds_counts:
        base = publication.round_counts_to
        yield f"{UNKNOWN}: none, or withheld: counts are rounded to multiples of {base}."
    if grid is not None:
        spans = "months" if grid == "monthly" else f"spans of {grid} days"
        yield f"Times on curves are ends of {spans}."


def _count(n: int | None) -> str:
    return UNKNOWN if n is None else str(n)


def _percent(estimate: float | None) -> str:
    return UNKNOWN if estimate is None else f"{style().percent(100 * estimate)}%"


def _remarks(
    study: StudySpecification, rows: tuple[HeadlineRow, ...], concordance: pl.DataFrame
) -> list[str]:
    remarks = ["Rates: event-free, or incidence of the event; NR: not reached."]
    remarks += _limits(study.publication)
    if any(row.has_caution for row in rows):
        remarks.append("* Read the caution first: results.analysis, column caution.")
    compared = concordance.filter((pl.col("kind") == "computed") & pl.col("matches").is_not_null())
    if not compared.is_empty():
        agreeing = int(compared["matches"].sum())
        others = "" if agreeing == compared.height else " See bi.concordance for the others."
        remarks.append(f"{agreeing} of {compared.height} published numbers agree.{others}")
    if study.synthetic:
        remarks.append(study.synthetic_note or "SYNTHETIC DATA.")
    return remarks
