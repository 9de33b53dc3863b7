"""Releases of a few rows, all of whose tables hold the number of the release."""

import json
from pathlib import Path

import duckdb

STUDY = {"study_id": "small", "title": "It's a small study", "synthetic": True}
NOTE = "SYNTHETIC DATA: nobody's."
N_LINES = 500


def write_release(folder: Path, generation: int = 1, study: str = "small") -> Path:
    """A release folder: bi.duckdb with two tables, warehouse.duckdb with one mart."""
    folder.mkdir(parents=True)
    with duckdb.connect(str(folder / "bi.duckdb")) as connection:
        connection.execute(
            f"""
            create table about (study_id varchar primary key, generation bigint not null);
            insert into about values ('{study}', {generation});
            create table lines (
                line integer, generation bigint not null, label varchar, share double,
                is_shown boolean, known_on date, primary key (line)
            );
            insert into lines select i, {generation}, 'Line ' || i, i / 3.0, i % 2 = 0,
                date '1959-12-31' + cast(i as integer) from range({N_LINES}) as t(i);
            insert into lines values ({N_LINES}, {generation}, null, null, null, null);
            comment on table lines is 'One row per line; it''s "$plateau$" all the same.';
            comment on column lines.share is 'Share of the line.';
            """
        )
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        connection.execute(
            f"create schema marts; create table marts.subjects as select 'S-1' as usubjid, "
            f"{generation}::bigint as generation"
        )
    manifest = {
        "release_id": f"r{generation}",
        "study": {**STUDY, "study_id": study, "synthetic_note": NOTE},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def change_bi(release: Path, sql: str) -> Path:
    with duckdb.connect(str(release / "bi.duckdb")) as connection:
        connection.execute(sql)
    return release
