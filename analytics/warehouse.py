"""Connections to a warehouse file, and the digest of a table's contents.

New files are written in the storage format that DuckDB 1.5 reads, no extension is ever fetched or
loaded on its own, and no statement reaches another file or the network, except in folders that the
caller names.
"""

import hashlib
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Final

import duckdb

from analytics.memory import memory_limit

STORAGE_VERSION: Final = "v1.5.0"
_EXTERNAL: Final = "enable_external_access"
_CLOSED: Final = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    _EXTERNAL: "false",
}


def connect(
    path: Path | str,
    *,
    read_only: bool = False,
    threads: int | None = None,
    reach: Iterable[Path] = (),
) -> duckdb.DuckDBPyConnection:
    """A connection to the warehouse at `path`, created when absent; ":memory:" keeps none.

    `reach` are folders whose files its statements may read and write besides. One process may hold
    either a read-only or a writing connection to a file, not both.
    """
    config: dict[str, str | bool | int | float | list[str]] = {
        **_CLOSED,
        "memory_limit": memory_limit(),
    }
    folders = list(reach)
    if folders:  # the engine takes their names only before it is closed
        config[_EXTERNAL] = "true"
    if not read_only:
        config["storage_compatibility_version"] = STORAGE_VERSION
    if threads is not None:
        config["threads"] = threads
    connection = duckdb.connect(str(path), read_only=read_only, config=config)
    if folders:
        close_to_all_but(connection, folders)
    return connection


def close_to_all_but(connection: duckdb.DuckDBPyConnection, folders: Iterable[Path]) -> None:
    """Let an open connection reach the files of these folders and nothing else outside its own."""
    names = ", ".join(literal(folder.resolve()) for folder in folders)
    connection.execute(f"set allowed_directories = [{names}]")
    connection.execute(f"set {_EXTERNAL} = false")


def connect_for_queries(
    path: Path | str, *, threads: int | None = None
) -> duckdb.DuckDBPyConnection:
    """A connection on which any SQL text may run: it cannot write, leave the file or unlock."""
    config: dict[str, str | bool | int | float | list[str]] = {
        **_CLOSED,
        "memory_limit": memory_limit(),
        "lock_configuration": "true",
    }
    if threads is not None:
        config["threads"] = threads
    return duckdb.connect(str(path), read_only=True, config=config)


def quoted(name: str) -> str:
    """An identifier as SQL takes it, whatever characters it holds."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: object) -> str:
    """A text as SQL takes it, whatever characters it holds."""
    return "'" + str(text).replace("'", "''") + "'"


def table_digest(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> str:
    """The SHA-256 of a table's column names and rows, whatever order the rows are stored in.

    Equal digests mean equal values: floats are compared bit by bit, except that -0.0 is 0.0;
    a repeated row counts as often as it occurs; NULL differs from every text and number.
    """
    result = connection.execute(f"select * from {quoted(schema)}.{quoted(table)}")
    names = [column[0] for column in result.description or []]
    digest = hashlib.sha256(_row_bytes(names))
    for row in sorted(_row_bytes(row) for row in result.fetchall()):
        digest.update(row)
    return digest.hexdigest()


def _row_bytes(values: Iterable[object]) -> bytes:
    cells = [_cell_text(value).encode() for value in values]
    return b"".join(b"%d:%b" % (len(cell), cell) for cell in cells) + b"\n"


def _cell_text(value: object) -> str:
    """A value with its kind in front, so that 1, 1.0, "1" and true differ."""
    if isinstance(value, float):
        return f"float {(value + 0.0).hex()}"
    if isinstance(value, date | datetime):
        return f"{type(value).__name__} {value.isoformat()}"
    return f"{type(value).__name__} {value}"
