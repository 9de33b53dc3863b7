"""Survival beside that of the population in numbers, and deaths beside those expected."""

from typing import Final

import polars as pl

from analytics.report.elements import Bi, Column, Line, Row, Table, cautions_of
from analytics.report.formats import (
    confidence,
    decimal,
    decimal_places,
    percent_number,
    whole,
    with_interval,
)

_FIRST: Final = "line"
_PATIENT_YEARS: Final = 100


def relative_survival_table(bi: Bi) -> Table | None:
    """Observed, expected and net survival at each landmark."""
    frame = bi["relative_survival"]
    if frame.is_empty():
        return None
    lines = [
        _line(
            "relative_survival",
            row,
            {
                "month": decimal_places(row["time_months"]),
                "n_risk": whole(row["n_risk"]),
                "observed": percent_number(row["observed_percent"]),
                "expected": percent_number(row["expected_percent"]),
                "net": with_interval(
                    row["net_percent"], row["ci_lower_percent"], row["ci_upper_percent"]
                )
                if row["status"] == "ok"
                else row["status"],
            },
        )
        for row in frame.to_dicts()
    ]
    columns = [
        Column(_FIRST, "Group", is_text=True),
        Column("month", "Month"),
        Column("n_risk", "At risk"),
        Column("observed", "Observed, %"),
        Column("expected", "Expected, %"),
        Column("net", f"Net, % ({_ci(frame)})"),
    ]
    notes = [
        "Expected: survival of people of the same age, sex and year in the life table (Ederer II). "
        "Net: survival if the disease were the only cause of death (Pohar Perme); above 100 % the "
        "patients die less often than the population.",
    ]
    return Table("relative_survival", "Survival beside the population", columns, lines, notes)


def excess_mortality_table(bi: Bi) -> Table | None:
    """Deaths, those expected, the excess per 100 patient-years, and the mortality ratio."""
    frame = bi["excess_mortality"]
    if frame.is_empty():
        return None
    lines = [
        _line(
            "excess_mortality",
            row,
            {
                "months": _interval(row),
                "n_event": whole(row["n_event"]),
                "expected": decimal(row["n_expected"], 2),
                "years": decimal(row["patient_years"]),
                "excess": with_interval(
                    _times(row["excess_rate"]),
                    _times(row["excess_ci_lower"]),
                    _times(row["excess_ci_upper"]),
                ),
                "smr": with_interval(row["smr"], row["smr_ci_lower"], row["smr_ci_upper"], digits=2)
                if row["status"] == "ok"
                else row["status"],
            },
        )
        for row in frame.to_dicts()
    ]
    columns = [
        Column(_FIRST, "Group", is_text=True),
        Column("months", "Months"),
        Column("n_event", "Deaths"),
        Column("expected", "Expected"),
        Column("years", "Patient-years"),
        Column("excess", f"Excess per {_PATIENT_YEARS} patient-years ({_ci(frame)})"),
        Column("smr", f"Mortality ratio ({_ci(frame)})"),
    ]
    notes = ["Exact Poisson limits of the deaths (Garwood); the expected deaths count as known."]
    return Table("excess_mortality", "Deaths beside those expected", columns, lines, notes)


def _line(table: str, row: Row, cells: dict[str, str]) -> Line:
    return Line(
        {_FIRST: row["stratum_label"], **cells},
        group=row["analysis_label"],
        indent=1,
        cautions=cautions_of(row),
        analysis_id=row["analysis_id"],
        rows=((table, row),),
    )


def _times(rate: float | None) -> float | None:
    return None if rate is None else _PATIENT_YEARS * rate


def _interval(row: Row) -> str:
    if row["to_months"] is None:
        return "all" if row["interval_order"] == 1 else f"from {decimal_places(row['from_months'])}"
    return f"{decimal_places(row['from_months'])} to {decimal_places(row['to_months'])}"


def _ci(frame: pl.DataFrame) -> str:
    return confidence(next(iter(frame["conf_level"].drop_nulls().to_list()), None))
