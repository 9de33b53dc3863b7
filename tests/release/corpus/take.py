"""Take a release into the corpus of what each version of Plateau wrote: a few rows of each table.

Run it on a release of the default study, before a new version is given its number:

    .venv/bin/python tests/release/corpus/take.py releases/blinatumomab/<release> 0.3.0

It writes <version>.sql (the tables with the rows of two patients and of one analysis), and
<version>.json (the manifest with the digests of these tables, and the log). 0.1.0 and 0.2.0
wrote the same tables: the file of the first stands for both.
"""

import json
import sys
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import duckdb

from analytics.release.digests import table_digests

CORPUS = Path(__file__).parent
PATIENTS = ("SYN-206-001", "SYN-211-010")
ANALYSIS = "os_all"
WHOLE_SCHEMAS = ("history", "results", "bi")
OTHERS = (  # what the comparison of two releases and the functions of a reader ask for
    "marts.subjects",
    "marts.time_to_event",
    "marts.censoring",
    "marts.population_conditions",
    "intermediate.int_endpoint_origins",
    "intermediate.int_death_records",
    "intermediate.int_end_dates",
    "intermediate.int_staged_records",
    "intermediate.int_record_verdicts",
    "raw.study_endpoint",
)
MOST = 1  # rows of a table of results and of bi


def literal(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool | int):
        return str(value).lower()
    if isinstance(value, float):
        return f"'{value!r}'::double"
    if isinstance(value, list):
        return f"[{', '.join(map(literal, value))}]"
    text = value.isoformat() if isinstance(value, date | datetime) else str(value)
    return "'" + text.replace("'", "''") + "'"


def rows_of(connection: duckdb.DuckDBPyConnection, table: str) -> list[tuple[object, ...]]:
    names = [column[0] for column in connection.execute(f"from {table} limit 0").description or []]
    where = "true"
    if "usubjid" in names:
        where = f"usubjid in {PATIENTS}"
    elif "analysis_id" in names:
        where = f"analysis_id = '{ANALYSIS}'"
    elif "src_row" in names:
        where = "src_file = 'dm.csv' and src_row <= 3"
    if table == "intermediate.int_staged_records":
        where += " and domain = 'DM'"
    elif table == "intermediate.int_record_verdicts":
        where += " and src_file = 'dm.csv'"
    most = f"limit {MOST}" if table.startswith(("results.", "bi.")) else ""
    found = connection.execute(f"select * from {table} where {where} order by all {most}")
    return found.fetchall()


def statements(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    made = connection.execute(
        "select schema_name || '.' || table_name, sql from duckdb_tables() order by all"
    ).fetchall()
    chosen = [
        (table, sql)
        for table, sql in made
        if table in OTHERS or table.partition(".")[0] in WHOLE_SCHEMAS
    ]
    for schema in sorted({table.partition(".")[0] for table, _ in chosen}):
        yield f"create schema {schema};"
    for table, sql in chosen:
        yield sql
        if rows := rows_of(connection, table):
            cells = ",\n".join(f"({', '.join(map(literal, row))})" for row in rows)
            yield f"insert into {table} values\n{cells};"


def take(release: Path, version: str) -> None:
    with duckdb.connect(str(release / "warehouse.duckdb"), read_only=True) as connection:
        sql = "\n".join(statements(connection)) + "\n"
    (CORPUS / f"{version}.sql").write_text(sql, encoding="utf-8")
    manifest = json.loads((release / "manifest.json").read_text(encoding="utf-8"))
    for computed in ("files", "sizes"):
        manifest.pop(computed, None)
    with duckdb.connect() as connection:
        connection.execute(sql)
        for schema in ("results", "bi"):
            manifest[schema] = table_digests(connection, schema)
    log = (release.resolve().parent / "log.jsonl").read_text(encoding="utf-8").splitlines()
    kept = {"manifest": manifest, "log": log}
    (CORPUS / f"{version}.json").write_text(
        json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    take(Path(sys.argv[1]), sys.argv[2])
