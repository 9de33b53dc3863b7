"""The report of a published release, made again into a folder of the user's choice."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, Final

from analytics.errors import PlateauError
from analytics.release.folders import BI, WAREHOUSE, log_beside
from analytics.release.log import publication_date
from analytics.release.manifest import read_manifest
from analytics.release.older import refuse_older
from analytics.report.elements import Bi, Section
from analytics.report.explore.writing import ReleaseOf, write_explore
from analytics.report.provenance import Provenance
from analytics.report.swimmer import (
    TooManyPatientsError,
    UnknownPopulationError,
    write_swimmer,
)
from analytics.report.writing import (
    MissingTablesError,
    number_style_of,
    readable_bi,
    report_sections,
    write_report,
)
from analytics.study.number_styles import STYLE_NAMES
from analytics.study.specification import Parameters, Publication

FOLDER: Final = Path("reports")


class ReportError(PlateauError):
    """The report was called wrongly."""

    exit_code: ClassVar[int] = 2


def published_report(
    release: Path, releases: Path, output: Path | None, number_style: str | None = None
) -> Path:
    """Write the report of the release into the folder; the page's path.

    Raises ReportError for a folder among the releases, a release too old for a report, or an
    unknown style.
    """
    check_style(number_style)
    manifest = read_manifest(release)
    folder = outside_releases(output or FOLDER / manifest["study"]["study_id"], releases, release)
    study = manifest["study"]
    with _told(release, manifest):
        provenance = provenance_of(release, manifest)
        page = write_report(release / BI, folder, provenance, number_style=number_style)
    about = ReleaseOf(
        manifest["release_id"],
        Parameters(**study["parameters"]),
        Publication(**study.get("publication", {})),
        provenance.published,
    )
    write_explore(release, folder, about, number_style)
    return page


def sections_of(release: Path, manifest: dict[str, Any]) -> tuple[Bi, list[Section]]:
    """The tables of bi of a release, and the sections of its report, in the style that is set.

    Raises ReportError for a release too old for a report.
    """
    bi = readable(release, manifest)
    return bi, report_sections(bi, provenance_of(release, manifest))


def readable(release: Path, manifest: dict[str, Any]) -> Bi:
    """The tables of bi of a release. Raises ReportError for a release too old for a report."""
    with _told(release, manifest):
        return readable_bi(release / BI)


def style_for(bi: Bi, chosen: str | None) -> str | None:
    """The chosen number style, or that of the study. Raises ReportError for an unknown one."""
    check_style(chosen)
    return chosen or number_style_of(bi)


def check_format(kind: str, known: Iterable[str]) -> None:
    """Raise ReportError for a format of file that there is not."""
    formats = tuple(known)
    if kind not in formats:
        raise ReportError(f"Format '{kind}' is not one of {', '.join(formats)}.")


def check_style(chosen: str | None) -> None:
    """Raise ReportError for a number style that there is not."""
    if chosen is not None and chosen not in STYLE_NAMES:
        raise ReportError(f"Style '{chosen}' is not one of {', '.join(STYLE_NAMES)}.")


@contextmanager
def _told(release: Path, manifest: dict[str, Any]) -> Iterator[None]:
    try:
        yield
    except MissingTablesError as error:
        refuse_older(release, KeyError(str(error)))
        raise ReportError(
            f"Release {manifest['release_id']} has no table {error} in {BI}; "
            "build the study again with this version."
        ) from error


def patient_report(
    release: Path, releases: Path, output: Path | None, population: str | None
) -> Path:
    """Write the swimmer plot of a population, for its owner alone; the plot's path.

    Raises ReportError for a folder among the releases, an unknown or a too large population.
    """
    manifest = read_manifest(release)
    study_id = manifest["study"]["study_id"]
    folder = outside_releases(output or FOLDER / f"{study_id}-patient-level", releases, release)
    try:
        return write_swimmer(
            release / WAREHOUSE,
            folder,
            population,
            manifest["study"]["parameters"]["days_per_month"],
            provenance_of(release, manifest).note,
        )
    except TooManyPatientsError as error:
        raise ReportError(f"{error}; choose a smaller one with --population.") from error
    except UnknownPopulationError as error:
        raise ReportError(
            f"Population {error} is not in populations.csv of study '{study_id}'; see "
            "bi.populations for the names."
        ) from error


def provenance_of(release: Path, manifest: dict[str, Any]) -> Provenance:
    """Where a release comes from, as its manifest says, and when the log says it was published."""
    return Provenance(
        manifest["release_id"],
        manifest["inputs"],
        manifest["code"],
        manifest["lock"],
        manifest["study"]["parameters"],
        publication_date(log_beside(release), manifest["release_id"]),
    )


def outside_releases(folder: Path, releases: Path, release: Path) -> Path:
    """The folder, if it is outside the releases: nothing is ever added to a published release."""
    published = (releases.resolve(), release.resolve())
    if any(folder.resolve().is_relative_to(place) for place in published):
        raise ReportError(
            f"{folder} is inside the folder of releases, which must not change; choose another "
            "folder with --output."
        )
    return folder
