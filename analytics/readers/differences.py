"""What changed from one release to another, in lines for people and for programs."""

from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from typing import Any, Final

import duckdb

from analytics.errors import BuildError, UsageError
from analytics.plural import counted
from analytics.readers.queries import written
from analytics.release.change_reasons import SubjectChange, explain_changes
from analytics.release.estimates import RATIO, EstimateMove, moved_estimates
from analytics.release.history import Release
from analytics.release.older import refuse_older
from analytics.text_table import aligned
from analytics.warehouse import connect, literal

FORMATS: Final = ("table", "csv", "json")
PATIENTS: Final = "patients"
ESTIMATES: Final = "estimates"
PARTS: Final = (PATIENTS, ESTIMATES)


@dataclass(frozen=True)
class Difference:
    """The subjects and the estimates that read otherwise in `after` than in `before`."""

    before: Release
    after: Release
    patients: tuple[SubjectChange, ...]
    estimates: tuple[EstimateMove, ...]


def difference(before: Release, after: Release) -> Difference:
    """Compare two releases. Raises BuildError when one of their warehouses cannot be read."""
    if before.release_id == after.release_id:
        return Difference(before, after, (), ())
    try:
        with connect(":memory:", reach=(before.folder, after.folder)) as connection:
            for name, release in (("before", before), ("after", after)):
                connection.execute(f"attach {literal(release.warehouse)} as {name} (read_only)")
            patients = tuple(explain_changes(connection))
            return Difference(before, after, patients, tuple(moved_estimates(connection)))
    except duckdb.Error as error:
        for release in (before, after):
            refuse_older(release.folder, error)
        raise BuildError(
            f"Releases {before.release_id} and {after.release_id} cannot be compared "
            f"({str(error).splitlines()[0]}); build the damaged or older one again."
        ) from error


def difference_lines(found: Difference, output: str, part: str | None) -> Iterator[str]:
    """The lines in the chosen format; CSV holds one part, the others both unless one is chosen.

    Raises UsageError for a format or a part that is none.
    """
    if output not in FORMATS:
        raise UsageError(f"Format '{output}' is not one of {', '.join(FORMATS)}.")
    if part is not None and part not in PARTS:
        raise UsageError(f"Part '{part}' is not one of {', '.join(PARTS)}.")
    if output == "csv" and part is None:
        raise UsageError("A CSV file holds one table: add --only patients or --only estimates.")
    if output == "table":
        yield from _for_people(found, part)
        return
    for name in PARTS if part is None else (part,):
        columns, rows = _table(name, found)
        if part is None:  # each JSON line tells which part it belongs to
            columns, rows = ["part", *columns], [(name, *row) for row in rows]
        yield from written(columns, rows, output)


def _for_people(found: Difference, part: str | None) -> Iterator[str]:
    before, after = found.before.release_id, found.after.release_id
    if before == after:
        yield f"Both are release {before}: there are no differences."
        return
    yield f"From release {before} to {after}"
    if part in (None, PATIENTS):
        yield ""
        yield from _patient_lines(found.patients)
    if part in (None, ESTIMATES):
        yield ""
        yield from _estimate_lines(found.estimates)


def _patient_lines(changes: Sequence[SubjectChange]) -> Iterator[str]:
    if not changes:
        yield "No patient's event, censoring or origin changed in any endpoint."
        return
    n_patients = len({change.usubjid for change in changes})
    yield (
        f"{counted(n_patients, 'patient')} changed, named below: share this only with people who "
        "may see them."
    )
    for endpoint, of_endpoint in _by_endpoint(changes).items():
        yield ""
        yield f"{endpoint}: {_kinds(of_endpoint)}"
        rows = [
            (
                change.usubjid,
                change.change,
                _end(change.status_before, change.date_before, change.days_before),
                _end(change.status_after, change.date_after, change.days_after),
                change.reason,
            )
            for change in of_endpoint
        ]
        columns = ["usubjid", "change", "before", "after", "reason"]
        yield from (f"  {line}" for line in aligned(columns, rows))


def _estimate_lines(moves: Sequence[EstimateMove]) -> Iterator[str]:
    if not moves:
        yield "No median, rate or hazard ratio moved."
        return
    yield f"{counted(len(moves), 'estimate')} moved, by kind and by size"
    for kind in dict.fromkeys((move.number, move.unit) for move in moves):
        yield ""
        yield kind[0] if kind[1] == RATIO else f"{kind[0]}, {kind[1]}"
        rows = [
            (
                move.analysis_label,
                _of(move),
                _shown(move.before, move.status_before),
                _shown(move.after, move.status_after),
                "" if move.difference is None else f"{move.difference:+.2f}",
            )
            for move in moves
            if (move.number, move.unit) == kind
        ]
        columns = ["analysis", "of", "before", "after", "difference"]
        yield from (f"  {line}" for line in aligned(columns, rows))


def _table(part: str, found: Difference) -> tuple[list[str], list[tuple[Any, ...]]]:
    kind = SubjectChange if part == PATIENTS else EstimateMove
    rows = found.patients if part == PATIENTS else found.estimates
    return [field.name for field in fields(kind)], [astuple(row) for row in rows]


def _by_endpoint(changes: Sequence[SubjectChange]) -> dict[str, list[SubjectChange]]:
    found: dict[str, list[SubjectChange]] = {}
    for change in changes:
        found.setdefault(change.endpoint, []).append(change)
    return found


def _kinds(changes: Sequence[SubjectChange]) -> str:
    """How many changed in each way, in the order of the kinds."""
    kinds = [change.change for change in changes]
    return ", ".join(f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds))


def _end(status: str | None, day: object, days: float | None) -> str:
    return "-" if status is None else f"{status} {day} (day {days:g})"


def _of(move: EstimateMove) -> str:
    """What tells the number from its neighbours: contrast, stratum, event, month."""
    parts = [move.factor, move.contrast]
    if move.model not in (None, move.factor):
        parts.insert(0, f"model {move.model}:")
    if move.stratum not in (None, "all"):
        parts.append(move.stratum)
    if move.event is not None:
        parts.append(f"{move.event} by")
    if move.time_months is not None:
        parts.append(f"{move.time_months:g} mo")
    return " ".join(part for part in parts if part)


def _shown(value: float | None, status: str) -> str:
    if value is not None:
        return f"{value:.2f}"
    return "not reached" if status == "ok" else status
