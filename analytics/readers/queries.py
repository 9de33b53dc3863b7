"""SQL on the warehouse of a release: read-only, locked, no file outside it."""

import csv
import io
import json
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar, Final

import duckdb

from analytics.errors import PlateauError, first_line
from analytics.release.folders import WAREHOUSE
from analytics.release.verify import AlteredError
from analytics.text_table import aligned, cell
from analytics.warehouse import connect_for_queries

FORMATS: Final = ("table", "csv", "json", "parquet")
# what the engine says when the file, not the query, is at fault
_DAMAGED: Final = (
    duckdb.IOException,
    duckdb.SerializationException,
    duckdb.InternalException,
    duckdb.FatalException,
)


class QueryError(PlateauError):
    """The query was given wrongly or cannot be run."""

    exit_code: ClassVar[int] = 2


def text_of(sql: str | None, file: Path | None) -> str:
    """The SQL of the argument or of the file. Raises QueryError unless exactly one is given."""
    if (sql is None) == (file is None):
        raise QueryError("Give either the SQL or a file that contains it (-f).")
    if file is None:
        return sql or ""
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise QueryError(f"{file} cannot be read; name a text file with SQL.") from error


def answer(release: Path, sql: str, output: str) -> Iterator[str]:
    """The lines of a query's answer in the chosen format. Raises QueryError with one sentence."""
    with _running(release, sql) as connection:
        result = connection.execute(sql)
        names = [str(column[0]) for column in result.description or []]
        rows = [tuple(map(_plain, row)) for row in result.fetchall()] if names else []
    yield from written(names, rows, output)


def check_format(output: str, file: Path | None) -> None:
    """Raise QueryError for an unknown format, or for Parquet without a file."""
    if output not in FORMATS:
        raise QueryError(f"Format '{output}' is not one of {', '.join(FORMATS)}.")
    if output == "parquet" and file is None:
        raise QueryError("Parquet cannot be shown in a terminal; name a file with --output.")


def write_parquet(release: Path, sql: str, file: Path) -> int:
    """Write a query's answer to a Parquet file; its number of rows. Raises QueryError."""
    import pyarrow.parquet as pq  # type: ignore[import-untyped]  # noqa: PLC0415 - slow to import

    with _running(release, sql) as connection:
        rows = connection.sql(sql)
        if rows is None:
            raise QueryError("The SQL returns no rows; write a query, such as `from bi.about`.")
        table = rows.to_arrow_table()
    pq.write_table(table, file)
    return int(table.num_rows)


@contextmanager
def _running(release: Path, sql: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """A locked connection to the release's warehouse; what goes wrong on it is a QueryError."""
    try:
        with connect_for_queries(release / WAREHOUSE) as connection:
            if not connection.extract_statements(sql):
                raise QueryError(
                    "The SQL contains no statement; write one, such as `from bi.about`."
                )
            yield connection
    except duckdb.Error as error:
        if isinstance(error, _DAMAGED):
            raise AlteredError(
                f"{release / WAREHOUSE} cannot be read ({first_line(error)}); "
                "run `plateau verify` to see what was altered."
            ) from error
        raise QueryError(f"The query cannot be run: {str(error).splitlines()[0]}") from error


def written(names: list[str], rows: list[tuple[Any, ...]], output: str) -> Iterator[str]:
    """Rows as lines of text: a table with their number, CSV, or JSON, one object a line."""
    if output == "csv":
        yield _csv_line(names)
        yield from (_csv_line([cell(value) for value in row]) for row in rows)
    elif output == "json":
        for row in rows:
            known = dict(zip(names, map(_finite, row), strict=True))
            yield json.dumps(known, default=str, ensure_ascii=False)
    elif names:
        yield from aligned(names, rows)
        yield f"({len(rows)} row{'' if len(rows) == 1 else 's'})"


def _csv_line(values: Sequence[object]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(values)
    return line.getvalue()


def _plain(value: object) -> object:
    """A decimal as a number, as every output shows it."""
    return float(value) if isinstance(value, Decimal) else value


def _finite(value: object) -> object:
    """JSON cannot express NaN or infinity: null."""
    return None if isinstance(value, float) and not math.isfinite(value) else value
