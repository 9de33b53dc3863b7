"""The published release that is exported, and what its files say of themselves."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb

from analytics import __version__
from analytics.export.datasets import Origin
from analytics.export.errors import ExportCallError, ExportError
from analytics.release.folders import WAREHOUSE, log_beside
from analytics.release.log import published_at, read_runs
from analytics.release.manifest import read_manifest
from analytics.release.older import refuse_older
from analytics.study.specification import Publication
from analytics.warehouse import connect

_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)?")


@dataclass(frozen=True)
class Release:
    """A published release: its folder, and what is said of it in every exported file."""

    folder: Path
    origin: Origin
    is_limited: bool = False
    """Whether [publication] holds back some of its numbers, which schema `results` still has."""

    @contextmanager
    def opened(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The warehouse, read-only. A missing table is an ExportError."""
        try:
            with connect(self.folder / WAREHOUSE, read_only=True) as connection:
                yield connection
        except duckdb.CatalogException as error:
            refuse_older(self.folder, error)
            raise ExportError(
                f"Release {self.origin.release_id} lacks a table that this version of Plateau "
                f"exports ({str(error).splitlines()[0]}); build the study again."
            ) from error
        except duckdb.Error as error:
            refuse_older(self.folder, error)
            raise ExportError(
                f"{self.folder / WAREHOUSE} cannot be read: {str(error).splitlines()[0]}"
            ) from error


def release_to_export(folder: Path, created: str | None = None) -> Release:
    """The release in that folder, as it is now where `current` leads.

    `created` is the moment the files are stamped with; without it that of the publication,
    so that exporting a release twice gives the same bytes. Raises ExportCallError when the log
    does not tell that and `created` does not either.
    """
    folder = folder.resolve()
    log = log_beside(folder)
    manifest = read_manifest(folder)
    about = manifest["study"]
    moment = created or published_at(reversed(read_runs(log)), manifest["release_id"])
    if moment is None:
        raise ExportCallError(
            f"{log} does not record when release {manifest['release_id']} was published; give "
            "the time with --created 2026-11-22T12:00:00Z."
        )
    if not _MOMENT.fullmatch(moment):
        raise ExportCallError(
            f"'{moment}' is not a date and time; write it as 2026-11-22T12:00:00Z."
        )
    return Release(
        folder,
        Origin(
            study_id=about["study_id"],
            title=about["title"],
            release_id=manifest["release_id"],
            published=moment,
            version=__version__,
            synthetic_note=about["synthetic_note"] if about["synthetic"] else None,
        ),
        Publication(**about.get("publication", {})).has_limits,
    )
