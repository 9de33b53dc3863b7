"""The course through states in numbers: probabilities, times, moves and their hazards."""

from collections.abc import Callable, Iterator, Sequence

import polars as pl

from analytics.report.elements import Bi, Column, Line, Row, Table, cautions_of, rows_of, taken_from
from analytics.report.formats import (
    UNKNOWN,
    confidence,
    decimal,
    decimal_places,
    interval,
    percent_interval,
    percent_number,
    whole,
    with_interval,
)

_FIRST = "line"
_MONTHS = "time_months"
_HORIZON = "horizon_months"


def state_probabilities_table(bi: Bi) -> Table | None:
    """The probability of each state at the quoted months, with who is in it then."""
    points = bi["state_probabilities"].filter(pl.col("point") == "landmark")
    if points.is_empty():
        return None
    lines = _lines_by_month("state_probabilities", points, ("state",), _of_state, _probability)
    columns = [
        Column(_FIRST, "State", is_text=True),
        *_months(points, f"Probability, % ({_ci(bi)}); in the state"),
    ]
    notes = [
        "Aalen-Johansen estimates. In the state: patients still under observation in it just "
        "before that month."
    ]
    return Table("state_probabilities", "Probability of each state", columns, lines, notes=notes)


def state_times_table(bi: Bi) -> Table | None:
    """The mean time in each state up to each horizon."""
    times = bi["state_times"]
    if times.is_empty():
        return None
    lines = _lines_by_month("state_times", times, ("state",), _of_state, _mean_time, month=_HORIZON)
    columns = [
        Column(_FIRST, "State", is_text=True),
        *_months(times, f"Mean time, mo ({_ci(bi)})", "up to ", month=_HORIZON),
    ]
    return Table("state_times", "Mean time in each state", columns, lines)


def _share(part: int | None, of: int | None) -> str:
    """A percentage; `-` of nobody, and where a count is not published."""
    return decimal(100 * part / of) if part is not None and of else UNKNOWN


def state_transitions_table(bi: Bi) -> Table | None:
    """Who moved from which state to which."""
    moves = bi["state_transitions"]
    if moves.is_empty():
        return None
    lines = [
        _line(
            "state_transitions",
            [row],
            {
                **_of_move(row),
                "n": whole(row["n"]),
                "moved": whole(row["n_moved"]),
                "percent": _share(row["n_moved"], row["n"]),
            },
        )
        for row in moves.to_dicts()
    ]
    columns = [
        Column(_FIRST, "Move", is_text=True),
        Column("n", "Ever in the first state"),
        Column("moved", "Moved"),
        Column("percent", "%"),
    ]
    notes = ["Counts of patients, not adjusted for censoring."]
    return Table("state_transitions", "Moves between states", columns, lines, notes=notes)


def transition_hazards_table(bi: Bi) -> Table | None:
    """The cumulative hazard of each move at the quoted months, with who is at risk of it then."""
    points = bi["transition_hazards"].filter(pl.col("point") == "landmark")
    if points.is_empty():
        return None
    lines = _lines_by_month(
        "transition_hazards", points, ("from_state", "to_state"), _of_move, _hazard
    )
    columns = [
        Column(_FIRST, "Move", is_text=True),
        *_months(points, f"Cumulative hazard ({_ci(bi)}); at risk"),
    ]
    notes = [
        "Nelson-Aalen estimates: how often the move would have been made by that month if those "
        "who make it were put back each time. At risk: patients in the first state and under "
        "observation just before that month."
    ]
    return Table("transition_hazards", "Cumulative hazards of moves", columns, lines, notes=notes)


def transition_probabilities_table(bi: Bi) -> Table | None:
    """Where those who are in a state at a month are at later months."""
    points = bi["transition_probabilities"]
    if points.is_empty():
        return None
    key = ("from_months", "from_state", "to_state")
    lines = _lines_by_month("transition_probabilities", points, key, _of_later_state, _percent)
    columns = [
        Column(_FIRST, "State at a month: state later", is_text=True),
        Column("n", "Patients"),
        *_months(points, f"Probability, % ({_ci(bi)})"),
    ]
    notes = [
        "Aalen-Johansen estimates from that month on. They take the moves after it to depend on "
        "the state only, not on how and when a patient came there."
    ]
    return Table("transition_probabilities", "From a state at a month", columns, lines, notes=notes)


def _lines_by_month(  # noqa: PLR0913 - what a line is made of
    table: str,
    points: pl.DataFrame,
    key: Sequence[str],
    first_cells: Callable[[Row], dict[str, str]],
    cell: Callable[[Row], str],
    *,
    month: str = _MONTHS,
) -> list[Line]:
    """A line for each stratum and `key`, with a cell for each month on which it has a row."""
    names = ("analysis_id", "stratum", *key)
    lines = []
    for row in points.unique(names, maintain_order=True).to_dicts():
        found = rows_of(points, **{name: row[name] for name in names})
        by_month = {_month(point[month]): cell(point) for point in found}
        lines.append(_line(table, found, first_cells(row) | by_month))
    return lines


def _months(
    points: pl.DataFrame, spanner: str, before: str = "", *, month: str = _MONTHS
) -> Iterator[Column]:
    """The columns of the months, in their order."""
    for at in sorted(set(points[month])):
        yield Column(_month(at), f"{before}{decimal_places(at)} mo", spanner)


def _of_state(row: Row) -> dict[str, str]:
    return {_FIRST: row["state_label"]}


def _of_move(row: Row) -> dict[str, str]:
    return {_FIRST: f"{row['from_state_label']} to {row['to_state_label']}"}


def _of_later_state(row: Row) -> dict[str, str]:
    start = f"{row['from_state_label']} at {decimal_places(row['from_months'])} mo"
    return {_FIRST: f"{start}: {row['to_state_label']}", "n": whole(row["n_given"])}


def _line(table: str, rows: Sequence[Row], cells: dict[str, str]) -> Line:
    row = rows[0]
    group = row["analysis_label"]
    if row["strata_label"]:
        group = f"{group}: {row['stratum_label']}"
    cautions = cautions_of(row)
    return Line(
        cells,
        group=group,
        indent=1,
        cautions=cautions,
        analysis_id=row["analysis_id"],
        rows=taken_from(table, rows),
    )


def _mean_time(row: Row) -> str:
    if row["mean_months"] is None:
        return str(row["status"])
    return with_interval(*(row[f"{name}_months"] for name in ("mean", "ci_lower", "ci_upper")))


def _probability(row: Row) -> str:
    shown = _percent(row)
    return UNKNOWN if shown == UNKNOWN else f"{shown}; {whole(row['n_risk'])}"


def _percent(row: Row) -> str:
    if row["probability_percent"] is None:
        return UNKNOWN
    estimate = percent_number(row["probability_percent"])
    limits = percent_interval(row["ci_lower_percent"], row["ci_upper_percent"])
    return estimate if limits == UNKNOWN else f"{estimate} ({limits})"


def _hazard(row: Row) -> str:
    if row["cumulative_hazard"] is None:
        return UNKNOWN
    shown = decimal(row["cumulative_hazard"], 2)
    if row["ci_lower"] is not None:
        shown += f" ({interval(row['ci_lower'], row['ci_upper'], 2)})"
    return f"{shown}; {whole(row['n_risk'])}"


def _month(month: float) -> str:
    return f"month_{month:g}"


def _ci(bi: Bi) -> str:
    level = bi["state_times"]["conf_level"]
    return confidence(level[0] if len(level) else bi["analyses"]["conf_level"].drop_nulls()[0])
