"""What leaves the warehouse names no patient and no patient's day."""

import json
import os
import re
from datetime import date
from pathlib import Path

import duckdb
import pytest
from project import STUDY
from torture.tiny_release import publish_small

from analytics.release.folders import StudyReleases
from analytics.study import load_study
from analytics.warehouse import connect_for_queries

ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@pytest.fixture(scope="module")
def secrets(default_release: Path) -> tuple[set[str], set[str]]:
    """Every id of a subject, and every date of a subject, as the warehouse knows them."""
    ids: set[str] = set()
    days: set[str] = set()
    with connect_for_queries(default_release / "warehouse.duckdb") as connection:
        columns = connection.execute(
            "select schema_name, table_name, column_name, data_type from duckdb_columns() "
            "where schema_name in ('marts', 'raw', 'quality') and not internal"
        ).fetchall()
        for schema, table, column, kind in columns:
            name = column.lower()
            if name not in ("usubjid", "subjid") and kind != "DATE" and not name.endswith("dtc"):
                continue
            values = connection.execute(
                f'select distinct "{column}" from "{schema}"."{table}" where "{column}" is not null'
            ).fetchall()
            found = ids if name in ("usubjid", "subjid") else days
            found.update(str(value) for (value,) in values)
    days = {day[:10] for day in days if ISO_DAY.match(day)}
    assert len(ids) > 500  # USUBJID and SUBJID of each
    assert len(days) > 500
    return ids, days


def cells_of(connection: duckdb.DuckDBPyConnection, source: str) -> set[str]:
    """Every value of a table, as text."""
    rows = connection.execute(f"select * from {source}").fetchall()
    return {
        value.isoformat() if isinstance(value, date) else str(value)
        for row in rows
        for value in row
        if value is not None
    }


def cells_of_a_release(release: Path) -> set[str]:
    cells: set[str] = set()
    with duckdb.connect(str(release / "bi.duckdb"), read_only=True) as connection:
        for (table,) in connection.execute("select table_name from duckdb_tables()").fetchall():
            cells |= cells_of(connection, f'"{table}"')
        for path in sorted((release / "bi").glob("*.parquet")):
            cells |= cells_of(connection, f"'{path}'")
    return cells


def test_no_cell_for_people_holds_a_subjects_id_or_date(
    default_release: Path, secrets: tuple[set[str], set[str]]
) -> None:
    ids, days = secrets
    cells = cells_of_a_release(default_release)
    long_ids = {name for name in ids if not name.isdigit()}
    assert long_ids
    assert cells.isdisjoint(long_ids)
    words = {word for cell in cells for word in re.split(r"[^\w-]+", cell)}
    assert words.isdisjoint(ids - {name for name in ids if len(name) < 5})
    # the cut-offs of the trials are no subject's, whoever was seen on that day
    cutoffs = {str(trial.cutoff) for trial in load_study(STUDY).trials}
    shown = {day for cell in cells for day in ISO_DAY.findall(cell)} - cutoffs
    assert shown.isdisjoint(days)


def test_no_byte_of_what_is_published_spells_a_subjects_id(
    default_release: Path, secrets: tuple[set[str], set[str]]
) -> None:
    """Pages that no table uses any more count as well."""
    ids = {name.encode() for name in secrets[0] if len(name) >= 5}
    pattern = re.compile(b"|".join(map(re.escape, sorted(ids, key=len, reverse=True))))
    published = [
        path
        for path in default_release.resolve().rglob("*")
        if path.is_file() and path.name != "warehouse.duckdb"
    ]
    assert len(published) > 5
    told = {path.name: pattern.search(path.read_bytes()) for path in published}
    assert {name for name, found in told.items() if found} == set()
    assert pattern.search((default_release / "warehouse.duckdb").read_bytes())  # it would be found


def test_report_and_log_tell_no_subjects_day(
    default_releases: Path, secrets: tuple[set[str], set[str]]
) -> None:
    ids, days = secrets
    days = days - {trial.cutoff.isoformat() for trial in load_study(STUDY).trials}
    folder = default_releases / STUDY.name
    texts = [
        path.read_text(encoding="utf-8", errors="ignore")
        for path in (folder / "current/report").rglob("*")
        if path.is_file() and path.suffix in {".txt", ".html", ".csv", ".svg", ".json"}
    ]
    for line in (folder / "log.jsonl").read_text().splitlines():
        entry = json.loads(line)
        entry.pop("at")
        texts.append(json.dumps(entry))
    assert texts
    for text in texts:
        assert set(ISO_DAY.findall(text)).isdisjoint(days)
        assert not [name for name in ids if len(name) >= 5 and name in text]


@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_patients_are_their_owners_alone_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        releases = StudyReleases(tmp_path, "small")
        with releases.one_builder(), releases.building("x") as building:
            assert building.stat().st_mode & 0o777 == 0o700
        release = publish_small(releases, 1)
    finally:
        os.umask(before)
    assert (release / "warehouse.duckdb").stat().st_mode & 0o777 == 0o600
