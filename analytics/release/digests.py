"""What a release is identified by: digests of inputs, code, packages, parameters; never the clock.

DuckDB files differ from run to run even when their rows do not, so tables are digested by
their rows in canonical order.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import duckdb

from analytics.project_files import LOCK, ROOT
from analytics.release.packages import deviations
from analytics.warehouse import quoted, table_digest

_CODE_FOLDERS: Final = ("analytics", "dbt_project", "expectations")
_CODE_SUFFIXES: Final = frozenset(
    {".py", ".sql", ".yml", ".md", ".csv", ".toml", ".html", ".css", ".js"}
)
_NOT_CODE: Final = frozenset({"__pycache__", "target", "logs"})
_STUDY_SUFFIXES: Final = frozenset({".toml", ".csv", ".yml"})
_ID_LENGTH: Final = 12


@dataclass(frozen=True)
class Fingerprint:
    """Digests of everything that decides a release's numbers.

    `inputs` maps the path of every file of the study, relative to its folder, to its sha256,
    `packages` each package that is installed otherwise than locked to its version.
    """

    inputs: dict[str, str]
    code: str
    lock: str
    parameters: str
    packages: dict[str, str] = field(default_factory=dict)

    @property
    def release_id(self) -> str:
        """Twelve hexadecimal digits; any changed byte gives others."""
        content = [sorted(self.inputs.items()), self.code, self.lock, self.parameters]
        content += [sorted(self.packages.items())] if self.packages else []
        return text_digest(json.dumps(content))[:_ID_LENGTH]


def fingerprint_of(
    folder: Path, trials: Iterable[Path], parameters: Mapping[str, Any]
) -> Fingerprint:
    """Digest a study folder, its trials' folders or archives, this code and its packages."""
    return Fingerprint(
        inputs=input_digests(folder, trials),
        code=code_digest(ROOT),
        lock=file_digest(LOCK),
        parameters=text_digest(json.dumps(parameters, sort_keys=True, default=str)),
        packages=deviations(),
    )


def input_digests(folder: Path, trials: Iterable[Path]) -> dict[str, str]:
    """Sha256 of each file that states the study or holds its data, by relative path."""
    stated = [path for path in _files(folder, frozenset()) if path.suffix in _STUDY_SUFFIXES]
    data = [path for trial in trials for path in _files(trial, frozenset())]
    return {_name(path, folder): file_digest(path) for path in sorted({*stated, *data})}


def data_digests(folder: Path, trials: Iterable[Path], inputs: Mapping[str, str]) -> dict[str, str]:
    """Those of the inputs' digests that are of the trials' own files."""
    names = {_name(path, folder) for trial in trials for path in _files(trial, frozenset())}
    return {name: digest for name, digest in inputs.items() if name in names}


def code_digest(project: Path) -> str:
    """One sha256 over the sources that compute: Python, SQL, suites and their settings."""
    return items_digest(code_digests(project))


def code_digests(project: Path) -> dict[str, str]:
    """Sha256 of each of these sources, by its path in the project."""
    paths = sorted(
        path
        for name in _CODE_FOLDERS
        for path in _files(project / name, _NOT_CODE)
        if path.suffix in _CODE_SUFFIXES
    )
    return {_name(path, project): file_digest(path) for path in paths}


def items_digest(digests: Mapping[str, str]) -> str:
    """One sha256 over files, by their names and digests."""
    return text_digest(json.dumps([[name, digest] for name, digest in digests.items()]))


def file_digest(path: Path) -> str:
    """Sha256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def text_digest(text: str) -> str:
    """Sha256 of a text."""
    return bytes_digest(text.encode("utf-8"))


def bytes_digest(content: bytes) -> str:
    """Sha256 of bytes."""
    return hashlib.sha256(content).hexdigest()


def table_digests(
    connection: duckdb.DuckDBPyConnection, schema: str
) -> dict[str, dict[str, int | str]]:
    """Number of rows and sha256 of each table of a schema, whatever the order of its rows."""
    tables = connection.execute(
        "select table_name from information_schema.tables where table_schema = ? order by all",
        [schema],
    ).fetchall()
    return {
        table: {
            "rows": _n_rows(connection, schema, table),
            "sha256": table_digest(connection, schema, table),
        }
        for (table,) in tables
    }


def _n_rows(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> int:
    rows = connection.execute(f"select count(*) from {quoted(schema)}.{quoted(table)}").fetchall()
    return int(rows[0][0])


def _files(folder: Path, left_out: frozenset[str]) -> list[Path]:
    """The files of a folder, or the one file if it is not a folder."""
    if folder.is_file():
        return [folder]
    return [
        path
        for path in folder.rglob("*")
        if path.is_file()
        and not any(
            part in left_out or part.startswith(".") for part in path.relative_to(folder).parts
        )
    ]


def _name(path: Path, folder: Path) -> str:
    """A file's path inside the folder; a trial kept elsewhere is named by its own folder."""
    if path.is_relative_to(folder):
        return path.relative_to(folder).as_posix()
    return f"{path.parent.name}/{path.name}"
