"""Where a number comes from: an analysis, a subject in it, or a number of it, told in lines.

Everything is read from the release's warehouse: what it shows is what was computed.
"""

import math
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import duckdb

from analytics.readers.explain.analysis import analysis_lines
from analytics.readers.explain.number import number_lines
from analytics.readers.explain.reading import Row, one_row, rows_of
from analytics.readers.explain.subject import subject_lines
from analytics.readers.queries import QueryError
from analytics.release.folders import WAREHOUSE
from analytics.warehouse import connect_for_queries

__all__ = ["explain"]


def explain(release: Path, analysis_id: str, about: str | None) -> Iterator[str]:
    """Lines about the analysis, or about a subject of it, or about a number it printed.

    `about` is a USUBJID, a SUBJID that only one subject has, or a number as it was printed.
    Raises QueryError when the analysis, the subject or the number is not there.
    """
    with connect_for_queries(release / WAREHOUSE) as connection:
        yield from _lines(connection, analysis_id, about)


def _lines(
    connection: duckdb.DuckDBPyConnection, analysis_id: str, about: str | None
) -> Iterator[str]:
    analysis = _analysis(connection, analysis_id)
    if about is None:
        yield from analysis_lines(connection, analysis)
        return
    subject = _subject(connection, about)
    if subject is not None:
        yield from subject_lines(connection, analysis, subject)
        return
    if not _is_number(about):
        raise QueryError(
            f"'{about}' is neither a subject of the warehouse nor a number; "
            "give a USUBJID or a number as it was printed, such as 7.5."
        )
    yield from number_lines(connection, analysis, about)


def _is_number(text: str) -> bool:
    with suppress(ValueError):
        return math.isfinite(float(text))
    return False


def _analysis(connection: duckdb.DuckDBPyConnection, analysis_id: str) -> Row:
    found = one_row(connection, "from results.analysis where analysis_id = ?", analysis_id)
    if found is None:
        known = rows_of(
            connection,
            "select analysis_id from results.analysis "
            "order by jaro_winkler_similarity(analysis_id, ?) desc, display_order limit 3",
            analysis_id,
        )
        names = ", ".join(row["analysis_id"] for row in known)
        raise QueryError(
            f"There is no analysis '{analysis_id}' (similar: {names}); "
            "`from results.analysis` lists them all."
        )
    return found


def _subject(connection: duckdb.DuckDBPyConnection, name: str) -> Row | None:
    found = rows_of(
        connection,
        "from marts.subjects where usubjid = $1 or subjid = $1 order by usubjid = $1 desc, usubjid",
        name,
    )
    if len(found) > 1 and found[0]["usubjid"] != name:
        same = ", ".join(row["usubjid"] for row in found)
        raise QueryError(f"Several subjects have the SUBJID '{name}' ({same}); give the USUBJID.")
    return found[0] if found else None
