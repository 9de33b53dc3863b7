"""SQL on the warehouse of a release: read-only, locked, no file outside it."""

import csv
import io
import json
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

import duckdb

from analytics.errors import PlateauError, first_line
from analytics.plural import counted
from analytics.release.folders import WAREHOUSE
from analytics.release.verify import AlteredError
from analytics.text_table import aligned, cell, cut, upright
from analytics.warehouse import connect_for_queries

if TYPE_CHECKING:
    import polars as pl

FORMATS: Final = ("table", "vertical", "csv", "json", "parquet", "xlsx")
FILES_ONLY: Final = {"parquet": "Parquet", "xlsx": "An Excel workbook"}
_NO_ROWS: Final = "The SQL returns no rows; write a query, such as `from bi.about`."
NULL: Final = "NULL"  # in a table, where an empty text is an empty cell
LARGEST_SHEET: Final = 1_048_575  # the rows of a worksheet below its header
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


def answer(release: Path, sql: str, output: str, width: int | None = None) -> Iterator[str]:
    """The lines of a query's answer in the chosen format. Raises QueryError with one sentence.

    Lines of a table that are wider than `width` are cut, and the last line says so.
    """
    names, rows = _names_and_rows(release, sql)
    yield from written(names, rows, output, width)


def check_format(output: str, file: Path | None) -> None:
    """Raise QueryError for an unknown format, or for a format of files without a file."""
    if output not in FORMATS:
        raise QueryError(f"Format '{output}' is not one of {', '.join(FORMATS)}.")
    if output in FILES_ONLY and file is None:
        raise QueryError(
            f"{FILES_ONLY[output]} cannot be shown in a terminal; name a file with --output."
        )


def write_xlsx(release: Path, sql: str, file: Path) -> int:
    """Write a query's answer to an Excel workbook; its number of rows. Raises QueryError.

    Texts stay texts, whatever they begin with; numbers, truth and dates are Excel's own. NULL is
    an empty cell.
    """
    import xlsxwriter  # type: ignore[import-untyped]  # noqa: PLC0415 - slow to import

    from analytics.report.workbook import PLAIN_TEXTS  # noqa: PLC0415

    names, rows = _names_and_rows(release, sql)
    if not names:
        raise QueryError(_NO_ROWS)
    if len(rows) > LARGEST_SHEET:
        raise QueryError(
            f"The result has {len(rows)} rows and a worksheet of Excel {LARGEST_SHEET}; "
            "choose fewer rows, or --format parquet."
        )
    settings = {"default_date_format": "yyyy-mm-dd", **PLAIN_TEXTS}
    with xlsxwriter.Workbook(file, settings) as workbook:
        sheet = workbook.add_worksheet("result")
        sheet.write_row(0, 0, names, workbook.add_format({"bold": True}))
        for number, row in enumerate(rows, start=1):
            sheet.write_row(number, 0, [_of_excel(value) for value in row])
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, len(rows), len(names) - 1)
        sheet.autofit()
    return len(rows)


def write_parquet(release: Path, sql: str, file: Path) -> int:
    """Write a query's answer to a Parquet file; its number of rows. Raises QueryError."""
    import pyarrow.parquet as pq  # type: ignore[import-untyped]  # noqa: PLC0415 - slow to import

    with _running(release, sql) as connection:
        rows = connection.sql(sql)
        if rows is None:
            raise QueryError(_NO_ROWS)
        table = rows.to_arrow_table()
    pq.write_table(table, file)
    return int(table.num_rows)


def frame(file: Path, sql: str) -> "pl.DataFrame":
    """A query's answer on a DuckDB file of a release, as a frame. Raises QueryError."""
    with _on_file(file, sql) as connection:
        rows = connection.sql(sql)
        if rows is None:
            raise QueryError(_NO_ROWS)
        return rows.pl()


@contextmanager
def _running(release: Path, sql: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """A locked connection to the release's warehouse; what goes wrong on it is a QueryError."""
    with _on_file(release / WAREHOUSE, sql) as connection:
        yield connection


@contextmanager
def _on_file(file: Path, sql: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """A locked connection to a DuckDB file; what goes wrong on it is a QueryError."""
    try:
        with connect_for_queries(file) as connection:
            if not connection.extract_statements(sql):
                raise QueryError(
                    "The SQL contains no statement; write one, such as `from bi.about`."
                )
            yield connection
    except duckdb.Error as error:
        if isinstance(error, _DAMAGED):
            raise AlteredError(
                f"{file} cannot be read ({first_line(error)}); "
                "run `plateau verify` to see what was altered."
            ) from error
        raise QueryError(f"The query cannot be run: {_advice(str(error))}") from error


def _names_and_rows(release: Path, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    with _running(release, sql) as connection:
        result = connection.execute(sql)
        names = [str(column[0]) for column in result.description or []]
        return names, [tuple(map(_plain, row)) for row in result.fetchall()] if names else []


def _advice(message: str) -> str:
    """What the engine says is wrong and which names it would know, without the quoted query."""
    said, _, _ = message.partition("\n\nLINE ")
    return " ".join(line.strip() for line in said.splitlines() if line.strip())


def written(
    names: list[str], rows: list[tuple[Any, ...]], output: str, width: int | None = None
) -> Iterator[str]:
    """Rows as lines of text: a table with their number, upright, CSV, or JSON, one object a line.

    In a table NULL is written out, in CSV an empty text is "" and NULL nothing.
    """
    if output == "csv":
        yield _csv_line(names)
        yield from (_csv_line(row) for row in rows)
    elif output == "json":
        for row in rows:
            known = dict(zip(names, map(_finite, row), strict=True))
            yield json.dumps(known, default=str, ensure_ascii=False)
    elif names:
        size = counted(len(rows), "row")
        if output == "vertical":
            lines, hint = [*upright(names, rows, null=NULL)], "--output FILE"
        else:
            lines, hint = [*aligned(names, rows, null=NULL)], "--format vertical or --output FILE"
        is_cut = width is not None and any(len(line) > width for line in lines)
        yield from (cut(line, width) if width else line for line in lines)
        yield (
            f"({size}; lines are cut to fit the terminal; use {hint})" if is_cut else f"({size})"
        )


def _csv_line(values: Sequence[object]) -> str:
    return ",".join("" if value is None else _quoted(cell(value)) for value in values)


def _quoted(text: str) -> str:
    """A field of a CSV line; an empty text is "", which is not NULL."""
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow([text])
    return line.getvalue()


def _of_excel(value: object) -> object:
    """A value that a worksheet can hold: what it has no kind for is text."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if value is None or isinstance(value, (bool, int, float, str, date)):
        return value
    return cell(value)


def _plain(value: object) -> object:
    """A decimal as a number, as every output shows it."""
    return float(value) if isinstance(value, Decimal) else value


def _finite(value: object) -> object:
    """JSON cannot express NaN or infinity: null."""
    return None if isinstance(value, float) and not math.isfinite(value) else value
