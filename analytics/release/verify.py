"""Whether a release still is what was published: its files, its tables and its manifest, by digest.

`manifest.sha256` guards the manifest, the manifest guards every other file and each table. The
tables of a file whose bytes differ are read all the same, so that the altered ones are named.
"""

import stat
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final

import duckdb

from analytics.errors import PlateauError, first_line
from analytics.project_files import ROOT
from analytics.release.digests import file_digest
from analytics.release.folders import (
    BI,
    MANIFEST,
    MANIFEST_DIGEST,
    PRIVATE_DIGESTS,
    WAREHOUSE,
    StudyReleases,
)
from analytics.release.history import published_releases
from analytics.release.log import log_files, log_findings, log_state
from analytics.release.manifest import private_digests, read_manifest, stated_digest
from analytics.release.signing import SIGNATURE, Signer, signer_of
from analytics.warehouse import connect, table_digest

_OWNERS: Final = {WAREHOUSE: "patient data", PRIVATE_DIGESTS: "digests of unlimited results"}
_KEYS: Final = ("release_id", "files", "results", "bi")
# what the manifest calls a group of tables, the file that keeps it, and its schema there
_TABLES: Final = (("results", WAREHOUSE, "results"), ("bi", WAREHOUSE, "bi"), ("bi", BI, "main"))


class AlteredError(PlateauError):
    """A release differs from what was published."""

    exit_code: ClassVar[int] = 3


@dataclass(frozen=True)
class Verification:
    """What was checked of a release, and a sentence for each thing that is not as published."""

    release_id: str
    n_files: int
    n_tables: int
    findings: tuple[str, ...]


@dataclass(frozen=True)
class LogVerification:
    """How many lines the log has, the digest of the last one, and what is not as written."""

    n_lines: int
    last: str | None
    findings: tuple[str, ...]


def verify_release(release: Path) -> Verification:
    """Check every file and table of a release folder.

    Raises AlteredError when the manifest is missing or damaged: it then proves nothing.
    """
    manifest = _sound_manifest(release)
    wrong_files = dict(_wrong_files(release, manifest["files"]))
    findings = [f"{name} {fact}." for name, fact in wrong_files.items()]
    findings += _open_to_others(release)
    if PRIVATE_DIGESTS not in wrong_files:
        manifest |= private_digests(release, manifest)
    for file in (WAREHOUSE, BI):
        if file not in wrong_files:
            findings += wrong_tables(release, manifest, file)
        elif (release / file).is_file() and not (release / file).is_symlink():
            findings += _read_apart(release, file)
    n_tables = sum(len(manifest[group]) for group, _, _ in _TABLES)
    return Verification(
        manifest["release_id"], len(manifest["files"]) + 2, n_tables, tuple(findings)
    )


def verify_log(release: Path) -> LogVerification | None:
    """Check the log beside a release: its chain of digests, and what the manifests keep of it.

    None for a release that was copied elsewhere, without a log.
    """
    folder = release.resolve().parent
    releases = StudyReleases(folder.parent, folder.name)
    if not log_files(releases.log):
        kept = read_manifest(release).get("history", {}).get("log")
        if kept is None or not releases.current.is_symlink():
            return None
        missing = f"{releases.log.name} is missing, in which the publication was written."
        return LogVerification(0, None, (missing,))
    states = {
        one.release_id: state
        for one in published_releases(releases)
        if (state := read_manifest(one.folder)["history"].get("log")) is not None
    }
    now = log_state(releases.log)
    return LogVerification(now["lines"], now["last"], tuple(log_findings(releases.log, states)))


def verify_signature(release: Path, allowed: Path | None) -> Signer | None:
    """Who signed the manifest of a release; None for one that is not signed and need not be.

    With a list of allowed signers it must be one of them. Raises SignatureError.
    """
    if allowed is None and not (release / SIGNATURE).exists():
        return None
    return signer_of(release, allowed)


def wrong_tables(release: Path, manifest: Mapping[str, Any], file: str) -> Iterator[str]:
    """A sentence for each table of a DuckDB file whose rows are not those of the manifest."""
    try:
        with connect(release / file, read_only=True) as connection:
            for group, place, schema in _TABLES:
                if place == file:
                    yield from _differing(connection, file, schema, manifest[group])
    except duckdb.Error as error:
        yield f"{file} cannot be read ({first_line(error)})."


def _sound_manifest(release: Path) -> dict[str, Any]:
    """The manifest, after its own bytes were checked."""
    again = "build the study again with --force"
    try:
        stated = stated_digest(release)
        found = file_digest(release / MANIFEST)
    except FileNotFoundError as error:
        raise AlteredError(
            f"{error.filename} is missing, so nothing in {release} can be checked; {again}."
        ) from error
    if stated is None:
        raise AlteredError(
            f"{release / MANIFEST_DIGEST} was altered: it is not the digest of {MANIFEST}; {again}."
        )
    if stated != found:
        raise AlteredError(
            f"{release / MANIFEST} was altered: {MANIFEST_DIGEST} holds another digest; {again}."
        )
    manifest = read_manifest(release)
    missing = [key for key in _KEYS if key not in manifest]
    if missing:
        raise AlteredError(f"{release / MANIFEST} lacks '{missing[0]}'; {again}.")
    return manifest


def _wrong_files(release: Path, files: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Name and fact of each file that was altered, removed or added."""
    for name, digest in sorted(files.items()):
        path = release / name
        if path.is_symlink():
            yield name, "was replaced by a link"
        elif not path.is_file():
            yield name, "is missing"
        elif file_digest(path) != digest:
            yield name, "was altered"
    known = {*files, MANIFEST, MANIFEST_DIGEST, SIGNATURE}
    for path in sorted(release.rglob("*")):
        name = path.relative_to(release).as_posix()
        if name not in known and (path.is_symlink() or not path.is_dir()):
            yield name, "was added"


def _open_to_others(release: Path) -> Iterator[str]:
    """The file with the patients, and that with its digests, when others may read them."""
    for name, holds in _OWNERS.items():
        with suppress(OSError):
            mode = stat.S_IMODE((release / name).lstat().st_mode)
            if mode & 0o077 and not (release / name).is_symlink():
                yield f"{name} holds {holds}, and not only its owner may open it ({mode:o})."


def _read_apart(release: Path, file: str) -> Iterator[str]:
    """Read a damaged file in a process of its own: what it does to the engine stays there."""
    reader = subprocess.run(
        [sys.executable, "-m", __name__, release.resolve(), file],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    yield from reader.stdout.splitlines()
    if reader.returncode != 0:
        yield f"{file} cannot be read (its reader ended with code {reader.returncode})."


def _differing(
    connection: duckdb.DuckDBPyConnection, file: str, schema: str, expected: Mapping[str, Any]
) -> Iterator[str]:
    for table, digest in sorted(expected.items()):
        name = f"{schema}.{table}" if file == WAREHOUSE else table
        try:
            if table_digest(connection, schema, table) != digest["sha256"]:
                yield f"Table {name} of {file} was altered."
        except duckdb.Error as error:
            yield f"Table {name} of {file} cannot be read ({first_line(error)})."


def _main(release: Path, file: str) -> None:
    manifest = _sound_manifest(release)
    for sentence in wrong_tables(release, manifest | private_digests(release, manifest), file):
        print(sentence)


if __name__ == "__main__":
    _main(Path(sys.argv[1]), sys.argv[2])
