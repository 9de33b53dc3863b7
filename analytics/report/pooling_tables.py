"""Tables of the trials of pooled analyses: each trial, all without it, and whether they differ."""

from collections.abc import Iterator
from typing import Final

import polars as pl

from analytics.report.elements import (
    Bi,
    Column,
    Line,
    Row,
    Table,
    cautions_of,
    distinct,
    rows_of,
    taken_from,
)
from analytics.report.formats import (
    UNKNOWN,
    confidence,
    decimal,
    hazard_ratio,
    months,
    p_value,
    whole,
    with_interval,
)

_FIRST: Final = "part"
_RATES: Final = ("survival", "incidence")
_PLACE: Final = ("analysis_id", "stratum", "event")
_TERM: Final = ("analysis_id", "model", "factor", "contrast")
_ORDER: Final = ("all", "stratified", "fixed_effect", "random_effects", "level", "without")
_ACROSS: Final = (
    "Means of a fixed effect and of random effects weigh the trials by their variances (random: "
    "DerSimonian and Laird). I2: the share of the differences between trials that is more than "
    "chance, with the P value of Cochran's test. With few trials neither says much."
)


def pooled_curves_table(bi: Bi) -> Table | None:
    """Medians and rates by trial, and how far the rates of the trials differ."""
    frame = bi["pooling"].filter(pl.col("quantity").is_in([*_RATES, "median"]))
    if frame.is_empty():
        return None
    lines: list[Line] = []
    for part in frame.partition_by(*_PLACE, maintain_order=True):
        lines += _lines_of_curve(bi, part)
    marks = sorted(set(frame["time_months"].drop_nulls()))
    ci = confidence(frame["conf_level"][0])
    columns = [
        Column(_FIRST, "Patients", is_text=True),
        Column("n", "n / events"),
        Column("median", f"Median, mo ({ci})"),
        *(
            Column(months(mark), months(mark), f"Event-free, or incidence, % ({ci})")
            for mark in marks
        ),
    ]
    notes = [
        "Stratified: the average of the trials' curves by their numbers of patients. " + _ACROSS
    ]
    return Table("pooled_curves", "Curves by trial", columns, lines, notes=notes)


def _lines_of_curve(bi: Bi, part: pl.DataFrame) -> Iterator[Line]:
    """A line for each part of the patients, and one on the differences between the trials."""
    first = part.row(0, named=True)
    group = _heading(first)
    cautions = cautions_of(first)
    ordered = sorted(part.to_dicts(), key=lambda row: _ORDER.index(row["part"]))
    for name in distinct([row["part_label"] for row in ordered]):
        rows = rows_of(part, part_label=name)
        cells = {_FIRST: name, "n": f"{whole(rows[0]['n'])} / {whole(rows[0]['n_event'])}"}
        for row in rows:
            key = "median" if row["quantity"] == "median" else months(row["time_months"])
            cells[key] = _number(row)
        yield Line(
            cells,
            group=group,
            indent=1,
            cautions=cautions,
            analysis_id=first["analysis_id"],
            rows=taken_from("pooling", rows),
        )
        cautions = ()
    tests = rows_of(bi["pooling_heterogeneity"], **{name: first[name] for name in _PLACE})
    cells = {_FIRST: "I2, P"}
    for test in tests:
        cells[months(test["time_months"])] = _differing(test)
    yield Line(
        cells,
        group=group,
        indent=1,
        analysis_id=first["analysis_id"],
        rows=taken_from("pooling_heterogeneity", tests),
    )


def pooled_models_table(bi: Bi) -> Table | None:
    """Hazard ratios by trial, and whether they differ."""
    frame = bi["pooling"].filter(~pl.col("quantity").is_in([*_RATES, "median"]))
    if frame.is_empty():
        return None
    lines: list[Line] = []
    for part in frame.partition_by(*_TERM, maintain_order=True):
        first = part.row(0, named=True)
        group = f"{first['analysis_label']}: {first['factor_label']}, {first['contrast']}"
        place = {name: first[name] for name in _TERM}
        (test,) = rows_of(bi["pooling_heterogeneity"], **place)
        cautions = cautions_of(first)
        lines += [
            Line(
                {
                    _FIRST: row["part_label"],
                    "n": f"{whole(row['n'])} / {whole(row['n_event'])}",
                    "ratio": hazard_ratio(row["value"], row["ci_lower"], row["ci_upper"])
                    if row["value"] is not None
                    else row["status"],
                    **(_tests(test) if row["part"] == "all" else {}),
                },
                group=group,
                indent=1,
                cautions=cautions if row["part"] == "all" else (),
                analysis_id=row["analysis_id"],
                rows=(
                    ("pooling", row),
                    *taken_from("pooling_heterogeneity", [test] if row["part"] == "all" else []),
                ),
            )
            for row in part.iter_rows(named=True)
        ]
    columns = [
        Column(_FIRST, "Patients", is_text=True),
        Column("n", "n / events"),
        Column("ratio", f"Ratio ({confidence(frame['conf_level'][0])})"),
        Column("differing", "I2, P"),
        Column("interaction", "P for interaction"),
    ]
    notes = [
        "Hazard ratios, of Fine-Gray models subdistribution hazard ratios. Stratified: one model "
        "with a baseline hazard for each trial. P for interaction: whether the ratio differs "
        "between the trials (likelihood ratio). " + _ACROSS
    ]
    return Table(
        "pooled_models", "Hazard ratios by trial", columns, lines, notes=notes, is_folded=True
    )


def _heading(row: Row) -> str:
    group = str(row["analysis_label"])
    if row["stratum"] != "all":
        group = f"{group}: {row['stratum_label']}"
    return f"{group}, competing event" if row["event"] == "competing" else group


def _number(row: Row) -> str:
    return with_interval(row["value"], row["ci_lower"], row["ci_upper"])


def _differing(test: Row) -> str:
    if test["p_value"] is None:
        return UNKNOWN
    return f"{decimal(test['i_squared_percent'], 0)}%, {p_value(test['p_value'])}"


def _tests(test: Row) -> dict[str, str]:
    interaction = UNKNOWN if test["interaction_p"] is None else p_value(test["interaction_p"])
    return {"differing": _differing(test), "interaction": interaction}
