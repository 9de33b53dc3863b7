"""Schema `history` of a warehouse: what this release and the ones before it said in short.

The rows of earlier releases are carried over from the release before, so they stay when that
one is removed. Nothing here names a subject. It depends on what was published before, so the
digests of the results leave it out.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import duckdb

from analytics.errors import BuildError
from analytics.release.digests import table_digests
from analytics.release.estimates import ESTIMATES, HEADLINE_NUMBERS
from analytics.release.folders import StudyReleases
from analytics.release.history import (
    HISTORY_TABLES,
    Place,
    Release,
    next_place,
    published_releases,
)
from analytics.release.subject_changes import count_changes
from analytics.results.creation import create_table
from analytics.results.headline_numbers import Source, headline_models, shown_curves
from analytics.results.schemas import tables_of
from analytics.results.strata import ALL
from analytics.study.specification import StudySpecification
from analytics.warehouse import connect, literal, quoted

_TABLES: Final = tables_of("history")
_HEADLINE: Final = f"""
    insert into after.history.headline_number by name
    select ? as release_id, estimates.* exclude (stratum)
    from ({ESTIMATES.format(release="after")}) as estimates
    inner join headline_sources as sources
        on estimates.analysis_id = sources.analysis_id
        and estimates.model is not distinct from sources.model
    where coalesce(estimates.stratum, '{ALL}') = '{ALL}' and estimates.number in {HEADLINE_NUMBERS}
    order by
        analysis_order, number, estimates.model, estimates.factor, estimates.event,
        estimates.time_months
"""


@dataclass(frozen=True)
class Lineage:
    """Where a release comes from: its place, the release before it, whose rows it carries on."""

    place: Place
    previous: Release | None
    source: Release | None


def lineage(releases: StudyReleases, release_id: str) -> Lineage:
    """The lineage of a release that is about to be built.

    A release that is built again carries its own rows on, or, if its file is damaged, those of
    the release before it. Raises BuildError when that one is damaged.
    """
    place = next_place(releases, release_id)
    by_id = {release.release_id: release for release in published_releases(releases)}
    previous = by_id.get(place.previous) if place.previous else None
    if previous is not None and not _is_readable(previous):
        raise BuildError(
            f"{previous.warehouse}, of the previous release, cannot be read, so its history "
            "cannot be continued; restore its folder, or remove it to continue from the release "
            "before it."
        )
    own = by_id.get(release_id)
    is_kept = own is not None and _is_readable(own)
    return Lineage(place, previous, own if is_kept else previous)


def write_history(
    warehouse: Path, study: StudySpecification, release_id: str, origin: Lineage
) -> None:
    """Write schema `history` of a built warehouse: the rows before it, then its own."""
    with _opened(warehouse, origin) as (connection, source):
        connection.execute("create schema after.history")
        for name, table in _TABLES.items():
            create_table(connection, table, database="after")
            if source is not None:
                connection.execute(
                    f"insert into after.history.{name} by name "
                    f"select * from {source}.history.{name} where release_id <> ?",
                    [release_id],
                )
        _insert(connection, "release", [_release_row(connection, study, release_id, origin.place)])
        _write_headline(connection, study, release_id)
        _write_changes(connection, release_id, origin, source)


def history_contents(connection: duckdb.DuckDBPyConnection, place: Place) -> dict[str, Any]:
    """What the manifest says of a release's history: its place, and the tables that rest on it."""
    return {
        **asdict(place),
        "note": "These tables of bi depend on what was published before, not on the inputs alone.",
        "tables": {
            table: digest
            for table, digest in table_digests(connection, "bi").items()
            if table in HISTORY_TABLES
        },
    }


def _release_row(
    connection: duckdb.DuckDBPyConnection, study: StudySpecification, release_id: str, place: Place
) -> tuple[Any, ...]:
    counted = connection.execute(
        "select count(*) from after.marts.subjects where in_analysis_set"
    ).fetchall()
    return (place.release_order, release_id, place.previous, study.data_cutoffs, counted[0][0])


def _write_headline(
    connection: duckdb.DuckDBPyConnection, study: StudySpecification, release_id: str
) -> None:
    sources = [Source(analysis.analysis_id) for analysis in shown_curves(study)]
    connection.execute("create temp table headline_sources (analysis_id varchar, model varchar)")
    for source in (*sources, *headline_models(study)):
        connection.execute("insert into headline_sources values (?, ?)", list(source))
    connection.execute(_HEADLINE, [release_id])


def _write_changes(
    connection: duckdb.DuckDBPyConnection, release_id: str, origin: Lineage, source: str | None
) -> None:
    """Recount while the previous release is there, else keep the earlier counts."""
    if origin.previous is not None:
        rows = [
            (release_id, count.endpoint, count.endpoint_label, count.change, count.n_subjects)
            for count in count_changes(connection)
        ]
        _insert(connection, "subject_change", rows)
    elif source is not None:
        connection.execute(
            "insert into after.history.subject_change by name "
            f"select * from {source}.history.subject_change where release_id = ?",
            [release_id],
        )


def _insert(
    connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[tuple[Any, ...]]
) -> None:
    for row in rows:
        marks = ", ".join("?" for _ in row)
        connection.execute(f"insert into after.history.{table} values ({marks})", list(row))


@contextmanager
def _opened(
    warehouse: Path, origin: Lineage
) -> Iterator[tuple[duckdb.DuckDBPyConnection, str | None]]:
    """The warehouse as `after`, the release before as `before`; the name of the source, if any."""
    folders = [one.folder for one in (origin.previous, origin.source) if one is not None]
    with connect(":memory:", reach=(warehouse.parent, *folders)) as connection:
        connection.execute(f"attach {literal(warehouse)} as after")
        if origin.previous is not None:
            connection.execute(f"attach {literal(origin.previous.warehouse)} as before (read_only)")
        if origin.source is None or origin.source == origin.previous:
            yield connection, "before" if origin.source else None
        else:
            connection.execute(f"attach {literal(origin.source.warehouse)} as source (read_only)")
            yield connection, "source"


def _is_readable(release: Release) -> bool:
    try:
        with connect(release.warehouse, read_only=True) as connection:
            for name in _TABLES:
                connection.execute(f"from history.{quoted(name)}").fetchall()
    except duckdb.Error:
        return False
    return True
