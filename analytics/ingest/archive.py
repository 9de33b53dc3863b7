"""A trial's .zip, unpacked into a folder of the build after every member was looked at."""

import shutil
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import Final

from analytics.ingest.errors import IngestError, first_sentence

# What the members of one archive may amount to unpacked: 16 GiB.
MOST_UNPACKED_BYTES: Final = 16 << 30
_ENCRYPTED: Final = 0x1
_NOTES: Final = ("__macosx",)


def unpack(archive: Path, name: str, into: Path) -> list[tuple[Path, str]]:
    """The archive's files: where each now lies, and its path inside the archive, in its order.

    All of them lie in one folder of the archive. Hidden members are passed over. `name` is the
    archive as messages tell it. Errors: no zip, a member that is encrypted, a link, there twice,
    named to lie elsewhere or in another folder; too much to unpack; damage.
    """
    try:
        with zipfile.ZipFile(archive) as content:
            members = [member for member in content.infolist() if not _passed_over(member)]
            _check(members, name)
            return [
                (_written(content, member, into / str(number)), member.filename)
                for number, member in enumerate(members, start=1)
            ]
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError) as error:
        raise IngestError(
            f"{name} cannot be unpacked ({first_sentence(error)}); make the archive anew."
        ) from None
    except OSError as error:
        raise IngestError(
            f"{name} cannot be unpacked ({error.strerror or first_sentence(error)}); check the "
            "archive and the room on the disk."
        ) from None


def _passed_over(member: zipfile.ZipInfo) -> bool:
    parts = PurePosixPath(member.filename).parts
    hidden = any(part.startswith(".") and part.strip(".") for part in parts)
    return member.is_dir() or hidden or any(part.lower() in _NOTES for part in parts)


def _check(members: list[zipfile.ZipInfo], name: str) -> None:
    seen: set[str] = set()
    for member in members:
        what = f"{name}/{member.filename}"
        path = PurePosixPath(member.filename)
        if path.is_absolute() or ".." in path.parts or "\\" in str(path) or ":" in str(path):
            raise IngestError(
                f"{name} holds a member named '{member.filename}', which points outside the "
                "archive; make the archive anew with plain file names."
            )
        kind = stat.S_IFMT(member.external_attr >> 16)
        if kind not in (0, stat.S_IFREG):
            raise IngestError(f"{what} is a link or a device; put the file itself there.")
        if member.flag_bits & _ENCRYPTED:
            raise IngestError(f"{what} is encrypted; make the archive anew without a password.")
        if member.filename in seen:
            raise IngestError(f"{what} is in the archive twice; keep one of them.")
        seen.add(member.filename)
    folders = sorted({str(PurePosixPath(member.filename).parent) for member in members})
    if len(folders) > 1:
        raise IngestError(
            f"{name} holds files in several folders ({folders[0]} and {folders[1]}); an archive "
            "holds one trial's files in one folder."
        )
    n_bytes = sum(member.file_size for member in members)
    if n_bytes > MOST_UNPACKED_BYTES:
        raise IngestError(
            f"{name} would unpack to {n_bytes / (1 << 30):.1f} GB, and "
            f"{MOST_UNPACKED_BYTES >> 30} GB is the most; give the trial's files in a folder."
        )


def _written(content: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path) -> Path:
    """The member in a folder of its own; reading stops at the size it states and checks its sum."""
    folder.mkdir()
    path = folder / PurePosixPath(member.filename).name
    with content.open(member) as source, path.open("xb") as target:
        shutil.copyfileobj(source, target, 1 << 20)
    return path
