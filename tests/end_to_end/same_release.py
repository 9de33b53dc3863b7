"""What differs between two releases that should hold the same."""

from hashlib import sha256
from pathlib import Path

from analytics.warehouse import connect, table_digest

_MANIFEST = ("manifest.json", "manifest.sha256")
_OF_THE_PAST = ("release_changes", "release_history")
_COMMENTS = "select schema_name, table_name, column_name, comment from duckdb_columns()"
_FUNCTIONS = "select schema_name, function_name, macro_definition from duckdb_functions()"


def differences(one: Path, other: Path) -> list[str]:
    """The tables, comments, functions and files that are not the same in two release folders.

    Left out: what depends on the releases before, and the bytes of DuckDB files.
    """
    parts = {"warehouse.duckdb": _tables, "bi.duckdb": _tables, "": _files}
    found = {part: (read(one / part), read(other / part)) for part, read in parts.items()}
    return [
        f"{part}: {name}"
        for part, (first, second) in found.items()
        for name in sorted(first.keys() | second.keys())
        if first.get(name) != second.get(name)
    ]


def _tables(file: Path) -> dict[str, object]:
    with connect(file, read_only=True) as connection:
        tables = connection.execute(
            "select table_schema, table_name from information_schema.tables"
        ).fetchall()
        digests: dict[str, object] = {
            f"{schema}.{table}": table_digest(connection, schema, table)
            for schema, table in tables
            if schema != "history" and table not in _OF_THE_PAST
        }
        for name, query in (("comments", _COMMENTS), ("functions", _FUNCTIONS)):
            rows = connection.execute(f"{query} where not internal").fetchall()
            digests[name] = sorted(row for row in map(str, rows) if "history" not in row)
    return digests


def _files(release: Path) -> dict[str, object]:
    return {
        str(path.relative_to(release)): sha256(path.read_bytes()).hexdigest()
        for path in release.rglob("*")
        if path.is_file()
        and path.suffix != ".duckdb"
        and path.name not in _MANIFEST
        and path.stem not in _OF_THE_PAST
    }
