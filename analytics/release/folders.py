"""A study's releases on disk: one builder at a time, and `current` replaced by one rename.

    releases/<study>/<release id>/    published
    releases/<study>/current          symlink to one of them; what readers open
    releases/<study>/log.jsonl        append-only log of runs

At every moment `current` leads to a whole release, also when the process is killed.
"""

import fcntl
import getpass
import os
import platform
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

from analytics.errors import BuildError, BusyError
from analytics.release.exchange import exchange
from analytics.signals import last_step

WAREHOUSE: Final = "warehouse.duckdb"
PRIVATE_DIGESTS: Final = "private.json"
OWNERS_ALONE: Final = (WAREHOUSE, PRIVATE_DIGESTS)
BI: Final = "bi.duckdb"
REPORT: Final = "report"
HEADLINE: Final = f"{REPORT}/headline.txt"
REPORT_PAGE: Final = f"{REPORT}/report.html"
MANIFEST: Final = "manifest.json"
MANIFEST_DIGEST: Final = "manifest.sha256"


@dataclass(frozen=True)
class StudyReleases:
    """The releases of one study under a releases folder."""

    root: Path
    study_id: str

    @property
    def folder(self) -> Path:
        """The study's folder of releases."""
        return self.root / self.study_id

    @property
    def current(self) -> Path:
        """The symlink to the published release."""
        return self.folder / "current"

    @property
    def log(self) -> Path:
        """The log of runs."""
        return self.folder / "log.jsonl"

    def release(self, release_id: str) -> Path:
        """The folder of a release."""
        return self.folder / release_id

    def has(self, release_id: str) -> bool:
        """Whether that release is there whole: its manifest is written last."""
        return (self.release(release_id) / MANIFEST).is_file()

    def is_current(self, release_id: str) -> bool:
        """Whether `current` leads to that release."""
        return self._current_name() == release_id and self.has(release_id)

    def _current_name(self) -> str | None:
        return str(self.current.readlink()) if self.current.is_symlink() else None

    @contextmanager
    def one_builder(self) -> Iterator[None]:
        """Hold the study's build lock; a lock dies with its process.

        Raises BusyError when another run holds it, BuildError when the folder cannot be written.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = self.folder / ".lock"
            file = os.fdopen(os.open(lock, os.O_RDWR | os.O_CREAT, 0o600), "r+")
        except OSError as error:
            raise BuildError(
                f"{self.folder} cannot be written ({error.strerror}); "
                "choose another folder with --releases."
            ) from error
        with file:
            # who can open a file can lock it, and so keep every build away
            with suppress(OSError):
                os.fchmod(file.fileno(), 0o600)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise BusyError(
                    f"Another run on study '{self.study_id}' is at work in {self.folder}"
                    f"{_holder(file.read())}; wait until it has ended."
                ) from error
            with suppress(OSError):  # who holds it is a help, and no more
                file.truncate(0)
                file.write(f"process {os.getpid()} of {user_name()} on {platform.node()} since ")
                file.write(f"{datetime.now(UTC).isoformat(timespec='seconds')}\n")
                file.flush()
            self._remove_leftovers()
            yield

    @contextmanager
    def building(self, release_id: str, *, keep_failed: bool = False) -> Iterator[Path]:
        """Give an empty folder to build in; whatever is left of it afterwards is removed.

        `keep_failed` renames the folder of a failed build to `failed-<release id>` instead.
        """
        folder = self.folder / f".building-{release_id}-{os.getpid()}"
        folder.mkdir(mode=0o700)
        remove = partial(shutil.rmtree, folder, ignore_errors=True)
        try:
            with last_step(remove):
                yield folder
        except BaseException:
            if keep_failed:
                kept = self.folder / f"failed-{release_id}"
                shutil.rmtree(kept, ignore_errors=True)
                folder.rename(kept)
            raise
        finally:
            remove()

    def publish(self, building: Path, release_id: str) -> Path:
        """Give the built folder its final name and make it current; old files stay readable."""
        self.settle(building)
        return self.swap(building, release_id)

    def settle(self, building: Path) -> None:
        """Give the built folder its permissions and write it to the disk.

        The warehouse, and digests that tell of it, are their owner's alone.
        """
        for name in OWNERS_ALONE:
            if (building / name).is_file():
                (building / name).chmod(0o600)
        building.chmod(0o755)
        _sync_tree(building)

    def swap(self, building: Path, release_id: str) -> Path:
        """Make the settled folder the current release.

        Raises OSError only while readers still see what they saw before: what takes room on the
        disk is done before the first rename.
        """
        release = self.release(release_id)
        link = self._new_link(release_id)
        if not exchange(building, release):
            if release.exists():
                self._step_aside(release)
            building.rename(release)
        _sync(self.folder)
        with suppress(OSError) if self.is_current(release_id) else _nothing():
            self._lead(link)
        self._remove_leftovers()
        return release

    def point_current(self, name: str) -> None:
        """Replace the `current` symlink by one rename."""
        self._lead(self._new_link(name))

    def _lead(self, link: Path) -> None:
        """Let `current` be that link."""
        link.replace(self.current)
        _sync(self.folder)

    def _new_link(self, name: str) -> Path:
        """A link to that release that can take the name of `current`."""
        link = self.folder / f".current-{os.getpid()}-{name}"
        link.unlink(missing_ok=True)
        link.symlink_to(name)
        return link

    def remove(self, release_id: str) -> None:
        """Remove a release, whole for whoever looks; files that a reader holds stay its own."""
        removed = self.folder / f".removed-{release_id}"
        self.release(release_id).rename(removed)
        _sync(self.folder)
        shutil.rmtree(removed, ignore_errors=True)

    def _step_aside(self, release: Path) -> None:
        """Free a release's name while `current` keeps leading to its files.

        For disks that cannot exchange names: a reader between finding a file and opening it may
        find it gone.
        """
        aside = self.folder / f".previous-{release.name}"
        shutil.rmtree(aside, ignore_errors=True)
        shutil.copytree(release, aside, copy_function=_link_or_copy)
        if self._current_name() == release.name:
            self.point_current(aside.name)
        shutil.rmtree(release)

    def _remove_leftovers(self) -> None:
        """Remove what killed runs left behind, except what `current` leads to.

        What cannot be removed stays for the next run.
        """
        target = self._current_name()
        for pattern in (".building-*", ".previous-*", ".current-*", ".removed-*"):
            for path in self.folder.glob(pattern):
                if path.name == target:
                    continue
                if path.is_symlink():
                    with suppress(OSError):
                        path.unlink()
                else:
                    shutil.rmtree(path, ignore_errors=True)


def log_beside(release: Path) -> Path:
    """The log of the study among whose releases the folder is."""
    folder = release.resolve()
    return StudyReleases(folder.parent.parent, folder.parent.name).log


def user_name() -> str:
    """Who runs this, by name or number."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def _holder(written: str) -> str:
    """Who holds the lock and since when, as the holder wrote it down, in brackets."""
    line = written.strip()
    return f" ({line})" if line.isprintable() and line else ""


def _link_or_copy(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _sync_tree(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        _sync(path)
    _sync(folder)


def _sync(path: Path) -> None:
    """Flush a file or a folder to the disk; some file systems cannot flush folders."""
    handle = os.open(path, os.O_RDONLY)
    try:
        with suppress(OSError) if path.is_dir() else _nothing():
            os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _nothing() -> Iterator[None]:
    yield


def published_studies(releases: Path) -> list[StudyReleases]:
    """The studies with a published release, by id."""
    return [
        StudyReleases(releases, current.parent.name)
        for current in sorted(releases.glob("*/current"))
        if current.is_dir()
    ]
