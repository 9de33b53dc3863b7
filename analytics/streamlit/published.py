"""The published release that a page shows: one and the same for everything on it."""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from analytics.release.folders import BI, StudyReleases
from analytics.release.log import publication_date
from analytics.warehouse import connect_for_queries


@dataclass(frozen=True)
class Published:
    """A release, and what is said of it above everything else."""

    bi: Path
    release_id: str
    published: str | None
    title: str
    notice: str | None
    data_cutoffs: str

    @property
    def source(self) -> str:
        """The data cut-off of each trial, the release and the day of its publication."""
        parts = [f"Data cut-off: {self.data_cutoffs}", f"release {self.release_id}"]
        return " · ".join([*parts, f"published {self.published}"] if self.published else parts)


def published_release(study: StudyReleases) -> Published:
    """The release that is current now."""
    folder = study.current.resolve()
    with connect_for_queries(folder / BI) as connection:
        title, is_synthetic, note, data_cutoffs = _about(connection)
    return Published(
        bi=folder / BI,
        release_id=folder.name,
        published=publication_date(study.log, folder.name),
        title=title,
        notice=note or ("SYNTHETIC DATA." if is_synthetic else None),
        data_cutoffs=data_cutoffs,
    )


def _about(connection: duckdb.DuckDBPyConnection) -> tuple[str, bool, str | None, str]:
    (row,) = connection.execute(
        "select title, is_synthetic, synthetic_note, data_cutoffs from about"
    ).fetchall()
    title, is_synthetic, note, data_cutoffs = row
    return title, is_synthetic, note, data_cutoffs
