"""`plateau export counts`: what a site shares to be pooled with others, without a patient row.

A folder of four files: `counts.csv`, `moves.csv` and `sizes.csv`, and `site.json`, which says what
the study is, how its days were shared and what the counts do not hold.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from analytics import __version__
from analytics.export.errors import ExportCallError
from analytics.export.files import new_files
from analytics.export.source import Release
from analytics.release.digests import file_digest, input_digests
from analytics.release.manifest import read_manifest
from analytics.results.attrition import populations_judged
from analytics.results.marts import read_marts
from analytics.results.site_counts import SiteCounts, site_counts
from analytics.results.small_cells import Cells, shared
from analytics.study import load_study
from analytics.study.specification import StudySpecification

FORMAT: Final = 1
SITE_FILE: Final = "site.json"
COUNTS_FILE: Final = "counts.csv"
MOVES_FILE: Final = "moves.csv"
SIZES_FILE: Final = "sizes.csv"
_LONGEST_NAME: Final = 64
_READ_FROM_RECORDS: Final = (
    "trials",
    "terms",
    "facts",
    "record_conditions",
    "same_persons",
    "adam_names",
    "adam_events",
)


@dataclass(frozen=True)
class SharedCounts:
    """What was written: the counts, and what they do not hold (name -> why)."""

    site: str
    counts: SiteCounts
    not_shared: dict[str, str]


@dataclass(frozen=True)
class Sharing:
    """How a site shares: under which name, and which cells and days.

    None: the study's id, and the smallest cell that the study publishes.
    """

    site: str | None = None
    smallest_cell: int | None = None
    every_days: int | None = None
    merged: bool = False


def write_counts(
    release: Release, study_folder: Path, target: Path, releases: Path, sharing: Sharing
) -> SharedCounts:
    """Write the counts of a release's analyses; `study_folder` is what it was built from.

    All files are there in the end, or none was touched. Raises ExportCallError for a folder that
    is not that of the release, for cells smaller than the study publishes, for a target among the
    releases, or when no analysis may be shared.
    """
    study = _study_of(release, study_folder)
    cells, site = _cells(study, sharing), sharing.site or study.study_id
    if not (site.isprintable() and site.strip() and len(site) <= _LONGEST_NAME):
        raise ExportCallError(
            f"--site is not a valid name; give 1 to {_LONGEST_NAME} printable characters."
        )
    with release.opened() as connection:
        marts = read_marts(connection, judged=populations_judged(study))
        found = site_counts(study, marts)
    counts, withheld = shared(found, cells)
    if counts.counts.is_empty():
        raise ExportCallError(
            f"No analysis has only counts of {cells.smallest_cell} or more by day; coarsen the "
            "days with --every-days 30, or put small days together with --merge."
        )
    with new_files(target, releases, private=False) as folder:
        counts.counts.write_csv(folder / COUNTS_FILE)
        counts.moves.write_csv(folder / MOVES_FILE)
        counts.sizes.write_csv(folder / SIZES_FILE)
        about = _about(release, study, cells, site)
        about |= {"refused": counts.refused, "withheld": withheld}
        about["digests"] = {
            name: file_digest(folder / name) for name in (COUNTS_FILE, MOVES_FILE, SIZES_FILE)
        }
        text = json.dumps(about, indent=1, ensure_ascii=False)
        (folder / SITE_FILE).write_text(text + "\n", encoding="utf-8")
    return SharedCounts(site, counts, counts.refused | withheld)


def _study_of(release: Release, folder: Path) -> StudySpecification:
    """The study of the folder, whose files are those that the release was built from."""
    study = load_study(folder)
    built_from = read_manifest(release.folder)["inputs"]
    for name, digest in input_digests(folder, ()).items():
        if built_from.get(name) != digest:
            raise ExportCallError(
                f"{folder / name} is not the file that release {release.origin.release_id} was "
                "built from; name the folder of its study, or build the study again."
            )
    return study


def _cells(study: StudySpecification, sharing: Sharing) -> Cells:
    smallest = study.publication.cell_bound
    asked = smallest if sharing.smallest_cell is None else sharing.smallest_cell
    if asked < smallest:
        raise ExportCallError(
            f"study.toml [publication] publishes no count below {smallest}, but --smallest-cell is "
            f"{asked}; give {smallest} or more."
        )
    return Cells(asked, sharing.every_days, sharing.merged)


def _about(release: Release, study: StudySpecification, cells: Cells, site: str) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "site": site,
        "study_id": release.origin.study_id,
        "release_id": release.origin.release_id,
        "published": release.origin.published,
        "synthetic_note": release.origin.synthetic_note,
        "version": __version__,
        "days": asdict(cells),
        "definitions": definitions_of(study).model_dump(mode="json"),
    }


def definitions_of(study: StudySpecification) -> StudySpecification:
    """The study without what is said of its own records, subjects and folders."""
    nothing: dict[str, Any] = dict.fromkeys(_READ_FROM_RECORDS, ())
    return study.model_copy(update={**nothing, "folder": Path()})
