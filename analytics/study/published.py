"""published/: reported values, and the cell of the results each is compared with."""

import csv
import re
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

from analytics.study.errors import StudyError
from analytics.study.rows import Row, read_rows

Kind = Literal["computed", "definition", "cited", "misprint", "derived"]

_CONCORDANCE: Final = "concordance.csv"
_COLUMNS: Final = (
    "published_id",
    "quantity",
    "kind",
    "table",
    "filters",
    "column",
    "transform",
    "note",
)
_TRANSFORM: Final = re.compile(r"none|percent|nearest_third|below_\d+(\.\d+)?")
_PLACE: Final = ("table", "filters", "column", "transform")


class PublishedValue(BaseModel):
    """One reported value, as printed, and where the results hold its counterpart.

    `table`, `column` and `transform` are None where no value is computed. `filters` are the
    (column, value) pairs that single out one row of `table`; the table `parameter` is the
    study's own, with columns name and value.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    published_id: str
    quantity: str
    kind: Kind
    source: str
    published: str
    table: str | None = None
    filters: tuple[tuple[str, str], ...] = ()
    column: str | None = None
    transform: str | None = None
    note: str | None = None


def load_published(study_folder: Path) -> tuple[PublishedValue, ...]:
    """The reported values of a study in the order of concordance.csv; none without published/.

    Every id of the other files must be there, and every row there must name a value that is
    printed. Raises StudyError with one sentence on the first mistake.
    """
    folder = study_folder / "published"
    if not folder.is_dir():
        return ()
    reported = _reported(folder)
    values: dict[tuple[str, str], PublishedValue] = {}
    for row in read_rows(folder / _CONCORDANCE, _COLUMNS):
        value = _value(row, reported)
        key = (value.published_id, value.quantity)
        if key in values:
            raise StudyError(
                f"{row.where}: the {value.quantity} of {value.published_id} is listed twice; "
                "remove one."
            )
        values[key] = value
    listed = {published_id for published_id, _ in values}
    for published_id, (file, _) in reported.items():
        if published_id not in listed:
            raise StudyError(
                f"{_CONCORDANCE}: {published_id} of {file} is not listed; add a row that says "
                "where the results hold it, or that it is cited."
            )
    return tuple(values.values())


def _reported(folder: Path) -> dict[str, tuple[str, dict[str, str]]]:
    """Every reported row by id, with the name of its file."""
    rows: dict[str, tuple[str, dict[str, str]]] = {}
    for path in sorted(folder.glob("*.csv")):
        if path.name == _CONCORDANCE:
            continue
        for cells in _cells(path):
            published_id = cells.get("id") or ""
            if not published_id or published_id in rows:
                raise StudyError(
                    f"{path.name}: the id '{published_id}' is empty or used twice; give every "
                    "reported row its own id."
                )
            rows[published_id] = (path.name, cells)
    return rows


def _cells(path: Path) -> list[dict[str, str]]:
    """The rows of a file of reported values by column, whatever columns it has."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file, strict=True))
    except UnicodeDecodeError:
        raise StudyError(f"{path.name} is not UTF-8 text; save it as UTF-8.") from None
    except csv.Error as error:
        raise StudyError(f"{path.name} is not valid CSV ({error}); fix its quotes.") from None


def _value(row: Row, reported: dict[str, tuple[str, dict[str, str]]]) -> PublishedValue:
    published_id = row.one_of("published_id", reported, "published id")
    file, cells = reported[published_id]
    quantity = row.required("quantity")
    if not cells.get(quantity):
        raise StudyError(
            f"{row.where}: {published_id} has no {quantity} in {file}; name a column that holds "
            "its value."
        )
    kind = row.choice("kind", Kind)
    _check_place(row, kind)
    return PublishedValue.model_validate(
        {
            "published_id": published_id,
            "quantity": quantity,
            "kind": kind,
            "source": cells.get("source") or "",
            "published": cells[quantity],
            "table": row.text("table"),
            "filters": _filters(row),
            "column": row.text("column"),
            "transform": row.text("transform"),
            "note": row.text("note"),
        }
    )


def _check_place(row: Row, kind: str) -> None:
    given = [column for column in _PLACE if row.text(column)]
    if kind == "cited" and given:
        raise StudyError(
            f"{row.where}: a cited value is not compared with a result; leave {given[0]} empty."
        )
    if kind in ("computed", "misprint") or given:
        for column in _PLACE:
            row.required(column)
        transform = row.required("transform")
        if not _TRANSFORM.fullmatch(transform):
            raise StudyError(
                f"{row.where}: unknown transform '{transform}'; use none, percent, nearest_third "
                "or below_ and a number."
            )


def _filters(row: Row) -> tuple[tuple[str, str], ...]:
    pairs: list[tuple[str, str]] = []
    for item in (row.text("filters") or "").split(";"):
        column, equals, value = item.partition("=")
        if item and not (column and equals and value):
            raise StudyError(
                f"{row.where}: the filter '{item}' is not column=value; separate filters with ;."
            )
        if item:
            pairs.append((column, value))
    return tuple(pairs)
