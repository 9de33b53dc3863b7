"""The manifest of a release: what it was made from and what it holds, in digests.

It holds no time of day: two builds of the same inputs write the same manifest, except for
the digests of the DuckDB files, whose bytes differ from run to run.
"""

import json
import platform
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any, ClassVar, Final

import duckdb

from analytics import __version__
from analytics.errors import BuildError, PlateauError
from analytics.release.digests import Fingerprint, file_digest
from analytics.release.folders import MANIFEST, MANIFEST_DIGEST, PRIVATE_DIGESTS

_FORMAT: Final = 1
_DIGEST_LINE: Final = re.compile(rf"([0-9a-f]{{64}})  {re.escape(MANIFEST)}\n")


class NewerFormatError(PlateauError):
    """A later version of Plateau wrote the release."""

    exit_code: ClassVar[int] = 4


def write_manifest(
    building: Path,
    fingerprint: Fingerprint,
    study: dict[str, Any],
    contents: dict[str, Any],
) -> dict[str, Any]:
    """Write manifest.json and its digest, the last files of a release; the manifest.

    The digest's file has the form that `sha256sum --check` reads.

    `study` says which study (id, title, synthetic, parameters), `contents` what came out
    (digests of the result tables, outcomes of the checks).
    """
    manifest = {
        "format": _FORMAT,
        "release_id": fingerprint.release_id,
        "study": study,
        **asdict(fingerprint),
        "environment": {
            "plateau": __version__,
            "python": platform.python_version(),
            "machine": f"{platform.system()} {platform.machine()}",
            "duckdb": duckdb.__version__,
        },
        **contents,
        "files": {
            path.relative_to(building).as_posix(): file_digest(path)
            for path in sorted(building.rglob("*"))
            if path.is_file()
        },
    }
    manifest["sizes"] = {name: (building / name).stat().st_size for name in manifest["files"]}
    path = building / MANIFEST
    path.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    (building / MANIFEST_DIGEST).write_text(f"{file_digest(path)}  {MANIFEST}\n", encoding="ascii")
    return manifest


def write_private_digests(building: Path, digests: dict[str, Any]) -> None:
    """Write the digests of tables that are not published in full, for the owner of the release.

    A digest of a few unknown numbers tells them to who tries every value, so it does not stand in
    the manifest. The manifest holds a digest of this file, which therefore also holds the digests
    of the tables of patients: nobody can try those.
    """
    path = building / PRIVATE_DIGESTS
    path.touch(mode=0o600)
    path.write_text(json.dumps(digests, indent=2) + "\n", encoding="utf-8")


def private_digests(release: Path, manifest: dict[str, Any]) -> dict[str, Any]:
    """The digests that are the owner's alone; none of a release that keeps all in its manifest.

    Raises BuildError when they cannot be read.
    """
    if PRIVATE_DIGESTS not in manifest["files"]:
        return {}
    path = release / PRIVATE_DIGESTS
    try:
        digests = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise BuildError(f"{path} cannot be read, so the tables of the owner cannot be.") from error
    return dict(digests)


def read_manifest(release: Path) -> dict[str, Any]:
    """Read a release's manifest.

    Raises BuildError when it is not there or no manifest, NewerFormatError when a later version of
    Plateau wrote it.
    """
    path = release / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise BuildError(f"{path} cannot be read; build the study again with --force.") from error
    return check_format(path, manifest)


def stated_digest(release: Path) -> str | None:
    """What manifest.sha256 says the manifest's digest is; None when it says nothing of the kind.

    Raises FileNotFoundError when it is not there.
    """
    line = (release / MANIFEST_DIGEST).read_text(encoding="ascii", errors="replace")
    stated = _DIGEST_LINE.fullmatch(line)
    return stated[1] if stated else None


def check_format(path: Path, manifest: object) -> dict[str, Any]:
    """The content of a manifest that this version of Plateau can read.

    Raises BuildError for what is no manifest, NewerFormatError for one of a later format.
    """
    number = manifest.get("format", _FORMAT) if isinstance(manifest, dict) else None
    if not isinstance(manifest, dict) or not isinstance(number, int):
        raise BuildError(f"{path} is no manifest; build the study again with --force.")
    if number > _FORMAT:
        raise NewerFormatError(
            f"{path} has format {number}, but Plateau {__version__} reads formats up to {_FORMAT}; "
            "use the version that wrote the release, or a later one."
        )
    return manifest
