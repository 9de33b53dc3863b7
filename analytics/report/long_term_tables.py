"""Long-term questions in numbers: later survival, quantiles, rates over time, models, time lost."""

from collections.abc import Sequence
from typing import Final

import polars as pl

from analytics.report.elements import Bi, Column, Line, Row, Table, cautions_of, taken_from
from analytics.report.formats import (
    UNKNOWN,
    confidence,
    decimal,
    decimal_places,
    percent_interval,
    percent_number,
    since,
    whole,
    with_interval,
)
from analytics.report.wording import in_months

_FIRST: Final = "line"
_PATIENT_YEARS: Final = 100
MODEL_LABELS: Final = {
    "exponential": "Exponential",
    "weibull": "Weibull",
    "log_normal": "Log-normal",
    "log_logistic": "Log-logistic",
    "generalised_gamma": "Generalised gamma",
    "gompertz": "Gompertz",
}


def quantiles_table(bi: Bi) -> Table | None:
    """The months by which each share of the patients has had the event."""
    frame = bi["survival_quantiles"]
    if frame.is_empty():
        return None
    shares = sorted(set(frame["probability"]))
    lines = [
        _line(
            "survival_quantiles",
            part.to_dicts(),
            {
                f"share_{row['probability']:g}": with_interval(
                    row["quantile_months"], row["quantile_ci_lower"], row["quantile_ci_upper"]
                )
                for row in part.to_dicts()
            },
        )
        for part in frame.partition_by("analysis_order", "stratum", maintain_order=True)
    ]
    columns = [
        Column(_FIRST, "Group", is_text=True),
        *(
            Column(
                f"share_{share:g}",
                f"{decimal_places(100 * share)}%",
                f"Months until the event ({_ci(frame)})",
            )
            for share in shares
        ),
    ]
    return Table("quantiles", "Quantiles of survival", columns, lines)


def conditional_survival_table(bi: Bi) -> Table | None:
    """How likely those without an event at a month are to stay so."""
    frame = bi["conditional_survival"]
    if frame.is_empty():
        return None
    further = sorted(set(frame["further_months"]))
    keys = ("analysis_order", "stratum", "at_months")
    lines = []
    for part in frame.partition_by(*keys, maintain_order=True):
        first = part.row(0, named=True)
        cells = {"at": decimal_places(first["at_months"]), "n": whole(first["n_given"])}
        for row in part.to_dicts():
            cells[_month(row["further_months"])] = _percent(row)
        lines.append(_line("conditional_survival", part.to_dicts(), cells))
    columns = [
        Column(_FIRST, "Group", is_text=True),
        Column("at", "Event-free at month"),
        Column("n", "n"),
        *(
            Column(
                _month(month),
                in_months(month),
                f"Event-free for another, % ({_ci(frame)})",
            )
            for month in further
        ),
    ]
    notes = ["Kaplan-Meier estimate of the patients followed beyond the month without an event."]
    return Table("conditional_survival", "Survival from a later month", columns, lines, notes)


def incidence_rates_table(bi: Bi) -> Table | None:
    """Events per 100 patient-years, in intervals and in all."""
    frame = bi["incidence_rates"]
    if frame.is_empty():
        return None
    lines = [
        _line(
            "incidence_rates",
            [row],
            {
                "event": row["event_label"],
                "months": _interval_of_months(row),
                "events": whole(row["n_event"]),
                "years": decimal(row["patient_years"]),
                "rate": _rate(row),
            },
        )
        for row in frame.to_dicts()
    ]
    columns = [
        Column(_FIRST, "Group", is_text=True),
        Column("event", "Event", is_text=True),
        Column("months", "Months"),
        Column("events", "Events"),
        Column("years", "Patient-years"),
        Column("rate", f"Per {_PATIENT_YEARS} patient-years ({_ci(frame)})"),
    ]
    notes = ["Exact Poisson limits (Garwood). A year is 12 months of the study's clock."]
    return Table(
        "incidence_rates", "Events per patient-year", columns, lines, notes, is_folded=True
    )


def times_lost_table(bi: Bi) -> Table | None:
    """Mean time lost to each event up to each horizon."""
    frame = bi["times_lost"]
    if frame.is_empty():
        return None
    horizons = sorted(set(frame["horizon_months"]))
    lines = []
    for part in frame.partition_by("analysis_order", "stratum", "event", maintain_order=True):
        first = part.row(0, named=True)
        cells = {"event": first["event_label"]}
        for row in part.to_dicts():
            cells[_month(row["horizon_months"])] = (
                with_interval(
                    row["time_lost_months"], row["ci_lower_months"], row["ci_upper_months"]
                )
                if row["time_lost_months"] is not None
                else row["status"]
            )
        lines.append(_line("times_lost", part.to_dicts(), cells))
    columns = [
        Column(_FIRST, "Group", is_text=True),
        Column("event", "Event", is_text=True),
        *(
            Column(_month(h), f"to {decimal_places(h)} mo", f"Mean time lost, mo ({_ci(frame)})")
            for h in horizons
        ),
    ]
    notes = [
        "Area under the cumulative incidence up to the horizon. With the mean time without either "
        "event the times lost add up to the horizon."
    ]
    return Table("times_lost", "Restricted mean time lost", columns, lines, notes)


def parametric_table(bi: Bi) -> Table | None:
    """Parametric models side by side: fit, mean, and survival at the months asked for."""
    fits = bi["parametric_fits"]
    if fits.is_empty():
        return None
    curves = bi["parametric_curves"].filter(pl.col("is_asked"))
    months = sorted(set(curves["time_months"]))
    points = {
        (row["analysis_id"], row["stratum"], row["model"], row["time_months"]): row
        for row in curves.to_dicts()
    }
    lines = []
    for fit in fits.to_dicts():
        cells = {
            "model": MODEL_LABELS[fit["model"]],
            "aic": decimal(fit["aic"]) if fit["status"] == "ok" else fit["status"],
            "bic": decimal(fit["bic"]),
            "mean": decimal(fit["mean_months"]),
        }
        found = []
        for month in months:
            row = points.get((fit["analysis_id"], fit["stratum"], fit["model"], month))
            if row is not None:
                found.append(row)
                mark = (
                    " ‡" if row["is_extrapolated"] and row["survival_percent"] is not None else ""
                )
                cells[_month(month)] = _percent(row) + mark
                area = decimal(row["restricted_mean_months"])
                cells[f"mean_{month:g}"] = area + (mark if area != UNKNOWN else "")
        lines.append(_line("parametric_fits", [fit], cells, taken_from("parametric_curves", found)))
    columns = [
        Column(_FIRST, "Group", is_text=True),
        Column("model", "Model", is_text=True),
        Column("aic", "AIC"),
        Column("bic", "BIC"),
        *(
            Column(_month(m), f"{decimal_places(m)} mo", f"Event-free, % ({_ci(fits)})")
            for m in months
        ),
        *(Column(f"mean_{m:g}", f"to {decimal_places(m)} mo", "Mean, mo") for m in months),
        Column("mean", "all time", "Mean, mo"),
    ]
    notes = [
        "‡ Extrapolated: beyond the last observation the number rests on the model alone. The mean "
        "over all time is extrapolated too; - where it is infinite.",
        "Smaller AIC and BIC mean a better fit to the observed times, not a better extrapolation. "
        "Limits do not include the choice of the model.",
    ]
    return Table("parametric", "Parametric models", columns, lines, notes)


def _line(
    table: str,
    rows: Sequence[Row],
    cells: dict[str, str],
    others: tuple[tuple[str, Row], ...] = (),
) -> Line:
    """A line under its analysis, with the stratum, where there is one, in the first column.

    `rows` are those of the table of bi it is written from, `others` those of another one.
    """
    row = rows[0]
    start = since(row) if "conditional_from_months" in row else ""
    return Line(
        {_FIRST: row["stratum_label"] + start, **cells},
        group=row["analysis_label"],
        indent=1,
        cautions=cautions_of(row),
        analysis_id=row["analysis_id"],
        rows=(*taken_from(table, rows), *others),
    )


def _percent(row: Row) -> str:
    """A percentage with its limits; `-` where there is none."""
    limits = percent_interval(row["ci_lower_percent"], row["ci_upper_percent"])
    estimate = percent_number(row["survival_percent"])
    return estimate if UNKNOWN in (estimate, limits) else f"{estimate} ({limits})"


def _rate(row: Row) -> str:
    """Events per 100 patient-years with limits; `-` without time at risk."""
    rate, lower, upper = (row[name] for name in ("rate", "ci_lower", "ci_upper"))
    if rate is None or lower is None:
        return UNKNOWN
    return with_interval(_PATIENT_YEARS * rate, _PATIENT_YEARS * lower, _PATIENT_YEARS * upper)


def _interval_of_months(row: Row) -> str:
    if row["to_months"] is None:
        return "all" if row["from_months"] == 0 else f"from {decimal_places(row['from_months'])}"
    return f"{decimal_places(row['from_months'])} to {decimal_places(row['to_months'])}"


def _month(month: float) -> str:
    return f"month_{month:g}"


def _ci(frame: pl.DataFrame) -> str:
    return confidence(next(iter(frame["conf_level"].drop_nulls().to_list()), None))
