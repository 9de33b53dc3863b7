"""A trial's .zip: its members, looked at first, and those that are wanted, unpacked."""

import shutil
import stat
import zipfile
import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Final

from analytics.ingest.errors import IngestError, first_sentence
from analytics.text_table import printable

# What the members that are read may amount to unpacked: 16 GiB.
MOST_UNPACKED_BYTES: Final = 16 << 30
_ENCRYPTED: Final = 0x1
_NOTES: Final = ("__macosx",)


def member_names(archive: Path, name: str) -> list[str]:
    """The paths of the archive's files inside it, in its order; hidden ones are passed over.

    `name` is the archive as messages tell it. Errors, all of them at once: no zip, a member that
    is encrypted, a link, there twice or named for a place outside.
    """
    with _opened(archive, name) as content:
        members = _members(content)
    refusals = list(_refusals(members, name))
    if refusals:
        raise IngestError(*refusals)
    return [member.filename for member in members]


def unpack(archive: Path, name: str, wanted: Collection[str], into: Path) -> dict[str, Path]:
    """Where each wanted member now is. Errors: too much to unpack, damage."""
    with _opened(archive, name) as content:
        members = [member for member in _members(content) if member.filename in wanted]
        _check_size(members, name)
        return {
            member.filename: _written(content, member, into / str(number))
            for number, member in enumerate(members, start=1)
        }


@contextmanager
def _opened(archive: Path, name: str) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(archive) as content:
            yield content
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError) as error:
        raise IngestError(
            f"{name} cannot be unpacked ({first_sentence(error)}); create the archive again."
        ) from None
    except OSError as error:
        raise IngestError(
            f"{name} cannot be unpacked ({error.strerror or first_sentence(error)}); check the "
            "archive and the free disk space."
        ) from None


def _members(content: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    return [member for member in content.infolist() if not _is_passed_over(member)]


def _is_passed_over(member: zipfile.ZipInfo) -> bool:
    parts = PurePosixPath(member.filename).parts
    hidden = any(part.startswith(".") and part.strip(".") for part in parts)
    return member.is_dir() or hidden or any(part.lower() in _NOTES for part in parts)


def _refusals(members: list[zipfile.ZipInfo], name: str) -> Iterator[str]:
    seen: set[str] = set()
    for member in members:
        what = printable(f"{name}/{member.filename}")
        path = PurePosixPath(member.filename)
        kind = stat.S_IFMT(member.external_attr >> 16)
        if path.is_absolute() or ".." in path.parts or "\\" in str(path) or ":" in str(path):
            yield (
                f"{name} holds a member named '{member.filename}', which points outside the "
                "archive; create the archive again with plain file names."
            )
        elif not member.filename.isprintable():
            yield f"{what}: the name has a control character; rename the file."
        elif kind not in (0, stat.S_IFREG):
            yield f"{what} is a link or a device; put the file itself there."
        elif member.flag_bits & _ENCRYPTED:
            yield f"{what} is encrypted; create the archive again without a password."
        elif member.filename in seen:
            yield f"{what} is in the archive twice; keep one of them."
        seen.add(member.filename)


def _check_size(members: list[zipfile.ZipInfo], name: str) -> None:
    n_bytes = sum(member.file_size for member in members)
    if n_bytes > MOST_UNPACKED_BYTES:
        raise IngestError(
            f"{name} would unpack to {n_bytes / (1 << 30):.1f} GB, and "
            f"{MOST_UNPACKED_BYTES >> 30} GB is the limit; give the trial's files in a folder."
        )


def _written(content: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path) -> Path:
    """The member in a folder of its own; reading stops at the size it states and checks its sum."""
    folder.mkdir()
    path = folder / PurePosixPath(member.filename).name
    with content.open(member) as source, path.open("xb") as target:
        shutil.copyfileobj(source, target, 1 << 20)
    return path
