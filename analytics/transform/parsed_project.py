"""The dbt project as it was last read, cached in a folder: reading it takes seconds.

What is kept is known by the digest of everything that reading depends on, so that a changed
project, parameter or version is read again. A cache file that cannot be read or written is not an
error. The file is a pickle, which can hold any program: it is loaded only after its first line was
found to name this project and the bytes that follow, and only if nobody but its owner, who runs
this, can have written it.
"""

import json
import os
import pickle
import sys
from collections.abc import Mapping
from dataclasses import fields
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

_PACKAGES: Final = ("dbt-core", "dbt-adapters", "dbt-common", "dbt-duckdb", "dbt-spark")
_NOT_READ: Final = ("target", "logs")


def project_digest(project: Path, parameters: Mapping[str, Any]) -> str:
    """Digest of the project's files and place, the parameters, and the versions that read it."""
    digest = sha256(str(project.resolve()).encode())
    digest.update(json.dumps(parameters, sort_keys=True).encode())
    digest.update(" ".join([sys.version, *map(_version, _PACKAGES)]).encode())
    for path in sorted(project.rglob("*")):
        place = path.relative_to(project)
        if path.is_file() and place.parts[0] not in _NOT_READ:
            digest.update(f"\0{place.as_posix()}\0".encode())
            digest.update(sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _version(package: str) -> str:
    """The version of a package; none for an engine that is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"


def kept_manifest(cache: Path, project: Path, parameters: Mapping[str, Any]) -> Any:
    """The manifest of a project that was read like this before, or None."""
    from dbt.contracts.graph.manifest import Manifest  # noqa: PLC0415 - takes seconds

    try:
        content = _own_content(_file(cache, parameters))
        head, _, payload = content.partition(b"\n")
        if head != _head(project, parameters, payload):
            return None
        return Manifest(**pickle.loads(payload))
    except Exception:  # whatever is wrong with it, the project is read again
        return None


def _head(project: Path, parameters: Mapping[str, Any], payload: bytes) -> bytes:
    """The first line of a file: what was read, and what came of it, in digests."""
    return f"{project_digest(project, parameters)} {sha256(payload).hexdigest()}".encode()


def _own_content(path: Path) -> bytes:
    """The bytes of a file that this user alone can write. Raises PermissionError for another."""
    with path.open("rb") as file:
        found = os.fstat(file.fileno())
        if found.st_uid != os.geteuid() or found.st_mode & 0o022:
            raise PermissionError(f"Others can write {path}.")
        return file.read()


def keep_manifest(cache: Path, project: Path, parameters: Mapping[str, Any], manifest: Any) -> None:
    """Keep the manifest of a project that has just been read.

    Field by field: dbt's own way of pickling a manifest mixes its fields up.
    """
    public = [field.name for field in fields(manifest) if not field.name.startswith("_")]
    payload = pickle.dumps({name: getattr(manifest, name) for name in public})
    path = _file(cache, parameters)
    try:
        cache.mkdir(parents=True, exist_ok=True)
        written = path.with_suffix(f".{os.getpid()}")
        written.unlink(missing_ok=True)
        with os.fdopen(os.open(written, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(_head(project, parameters, payload) + b"\n" + payload)
        written.replace(path)
    except OSError:
        return


def _file(cache: Path, parameters: Mapping[str, Any]) -> Path:
    """One file for each set of parameters."""
    name = sha256(json.dumps(parameters, sort_keys=True).encode()).hexdigest()[:16]
    return cache / f"{name}.pickle"
