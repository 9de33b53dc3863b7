"""The walk of one build: study folder and SDTM files in, published release out.

raw -> dbt up to the marts -> gate -> results -> gate -> dbt's bi tables -> export -> swap.
Everything happens in a folder of its own; readers see it only after the last step.
"""

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import duckdb

from analytics.check import stopped_by_findings
from analytics.errors import BuildError, GateError
from analytics.ingest import load_raw
from analytics.progress import Progress, Silence, Steps
from analytics.release.digests import fingerprint_of, table_digests
from analytics.release.export import export_bi
from analytics.release.folders import HEADLINE, WAREHOUSE, StudyReleases
from analytics.release.log import append_run
from analytics.release.manifest import write_manifest
from analytics.report.headline import HEADLINE_TABLES, headline, headline_lines
from analytics.results import write_results
from analytics.study import load_study
from analytics.study.published import load_published
from analytics.study.specification import StudySpecification
from analytics.transform import Transformation
from analytics.validation import keep_outcomes
from analytics.warehouse import connect
from expectations.gate import GateWorker, critical_failures, refusal
from expectations.outcome import Outcome
from expectations.suite import SUITES, load_suites

UP_TO_DATE: Final = "up to date"
PUBLISHED: Final = "published"
_WORK: Final = ".work"


@dataclass(frozen=True)
class BuildOptions:
    """Where releases go and how a build is run; none of it changes a number."""

    releases: Path = Path("releases")
    force: bool = False
    threads: int = 2
    keep_failed: bool = False


@dataclass(frozen=True)
class BuildOutcome:
    """What a build came to: the release, whether it is new, its headline, what to heed."""

    event: str
    release: Path
    headline: str
    warnings: tuple[Outcome, ...]
    seconds: Mapping[str, float]


@dataclass(frozen=True)
class _Build:
    """What every step of one build needs."""

    study: StudySpecification
    folder: Path
    options: BuildOptions
    steps: Steps

    @property
    def warehouse(self) -> Path:
        return self.folder / WAREHOUSE

    @property
    def work(self) -> Path:
        return self.folder / _WORK

    @property
    def suites(self) -> tuple[Path, ...]:
        return (SUITES, self.study.folder / "expectations")


def build(folder: Path, options: BuildOptions, progress: Progress | None = None) -> BuildOutcome:
    """Build the study in the folder and publish it; or find that its release is up to date.

    Raises a PlateauError with one sentence; `current` is then what it was before.
    """
    steps = Steps(progress or Silence())
    with steps.step("read the study"):
        study = load_study(folder)
        load_suites((SUITES, study.folder / "expectations"))
        load_published(study.folder)  # its mistakes are told before the work, not after it
        fingerprint = fingerprint_of(
            study.folder,
            [study.folder / trial.path for trial in study.trials],
            study.parameters.model_dump(mode="json"),
        )
    releases = StudyReleases(options.releases, study.study_id)
    with releases.one_builder():
        if releases.has(fingerprint.release_id) and not options.force:
            return _stand(releases, fingerprint.release_id, steps)
        try:
            with releases.building(
                fingerprint.release_id, keep_failed=options.keep_failed
            ) as building:
                walk = _Build(study, building, options, steps)
                outcomes = _fill(walk, fingerprint.release_id)
                with steps.step("publish"):
                    write_manifest(building, fingerprint, _about(study), _contents(walk, outcomes))
                    release = releases.publish(building, fingerprint.release_id)
        except Exception as error:
            append_run(releases.log, "failed", release=fingerprint.release_id, message=str(error))
            if isinstance(error, duckdb.Error):
                raise BuildError(f"{str(error).splitlines()[0]}; nothing was published.") from error
            raise
        append_run(
            releases.log,
            PUBLISHED,
            release=fingerprint.release_id,
            checks=_counts(outcomes),
            seconds=steps.seconds,
        )
    return BuildOutcome(
        PUBLISHED,
        release,
        (release / HEADLINE).read_text(encoding="utf-8"),
        tuple(outcome for outcome in outcomes if not outcome.success),
        steps.seconds,
    )


def _stand(releases: StudyReleases, release_id: str, steps: Steps) -> BuildOutcome:
    """The release is there: make it current if another one is, and tell its headline."""
    if not releases.is_current(release_id):
        releases.point_current(release_id)
        append_run(releases.log, PUBLISHED, release=release_id)
    release = releases.release(release_id)
    text = (release / HEADLINE).read_text(encoding="utf-8")
    return BuildOutcome(UP_TO_DATE, release, text, (), steps.seconds)


def _fill(walk: _Build, release_id: str) -> list[Outcome]:
    """Every step between the empty building folder and the swap; the checks' outcomes."""
    walk.work.mkdir()
    step = walk.steps.step
    with GateWorker(walk.work / "gate.log") as worker:
        with step("load the files into raw"), connect(walk.warehouse) as connection:
            load_raw(walk.study, connection, walk.work)
        dbt = Transformation(
            walk.warehouse,
            walk.work,
            walk.study.parameters.model_dump(mode="json"),
            walk.options.threads,
            walk.steps.progress.detail,
        )
        with step("read the dbt project"):
            dbt.parse()
        with step("build and test the marts"), stopped_by_findings(walk.warehouse):
            dbt.build_marts()
        with step("check the marts"):
            outcomes = _pass(walk, worker, "marts")
        with step("estimate the results"), connect(walk.warehouse) as connection:
            write_results(walk.study, connection)
        with step("check the results"):
            outcomes += _pass(walk, worker, "results")
        with step("build and test the tables for people"):
            dbt.build_bi()
    with step("export"):
        stamp = {
            "study": walk.study.study_id,
            "release_id": release_id,
            "synthetic": str(walk.study.synthetic).lower(),
            "synthetic_note": walk.study.synthetic_note or "",
        }
        export_bi(walk.warehouse, walk.folder, stamp)
        _write_headline(walk)
        shutil.rmtree(walk.work)
    return outcomes


def _pass(walk: _Build, worker: GateWorker, gate: str) -> list[Outcome]:
    """Run one gate and keep its outcomes in the warehouse. Raises GateError on a critical one."""
    outcomes = worker.run(walk.warehouse, gate, walk.suites)
    with connect(walk.warehouse) as connection:
        keep_outcomes(connection, outcomes)
    if critical_failures(outcomes):
        raise GateError(refusal(gate, outcomes))
    return outcomes


def _write_headline(walk: _Build) -> None:
    path = walk.folder / HEADLINE
    path.parent.mkdir()
    with connect(walk.warehouse, read_only=True) as connection:
        frames = {
            table: connection.sql(f"select * from results.{table}").pl()
            for table in HEADLINE_TABLES
        }
    lines = headline_lines(headline(walk.study, frames, load_published(walk.study.folder)))
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _about(study: StudySpecification) -> dict[str, Any]:
    return {
        "study_id": study.study_id,
        "title": study.title,
        "synthetic": study.synthetic,
        "synthetic_note": study.synthetic_note,
        "parameters": study.parameters.model_dump(mode="json"),
    }


def _contents(walk: _Build, outcomes: list[Outcome]) -> dict[str, Any]:
    with connect(walk.warehouse, read_only=True) as connection:
        return {
            "results": table_digests(connection, "results"),
            "bi": table_digests(connection, "bi"),
            "checks": _counts(outcomes),
        }


def _counts(outcomes: Iterable[Outcome]) -> dict[str, int]:
    """How many checks passed, and how many of each severity did not."""
    counts = {"passed": 0, "critical": 0, "warning": 0, "info": 0}
    for outcome in outcomes:
        counts["passed" if outcome.success else outcome.severity] += 1
    return counts
