"""The walk of one build: study folder and SDTM files in, published release out.

raw -> dbt to the marts -> gate -> results -> gate -> dbt's bi tables -> export -> report -> swap.
What is made of the same as in the current release is taken over from there (`reuse`).
Everything happens in a folder of its own; readers see it only after the last step.
"""

import shutil
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import duckdb

from analytics.build.freshness import event_of
from analytics.build.headline import HEADLINE_CURVES, HEADLINE_TABLES, headline, headline_lines
from analytics.build.reuse import (
    ANSWERS,
    EXPLORE,
    FIGURES,
    RESULTS,
    TABLES,
    Changed,
    EarlierBuild,
    StepInputs,
    earlier_build,
    earlier_outcomes,
    earlier_results,
    keep_step_inputs,
    new_tables,
    outcomes_by_suite,
    step_inputs,
    take_tables_over,
    taken_in_words,
)
from analytics.build.reuse import BI as BI_STEP
from analytics.build.validation import keep_outcomes
from analytics.check import stopped_by_findings
from analytics.errors import BuildError, PlateauError, first_line
from analytics.ingest import UnusedFile, load_raw, unused_files
from analytics.memory import memory_limit
from analytics.progress import Progress, Silence, Steps
from analytics.release.bi_files import export_bi
from analytics.release.curve_grid import on_grid
from analytics.release.digests import Fingerprint, fingerprint_of, table_digests
from analytics.release.disclosure import limit_schema, limited
from analytics.release.folders import BI, HEADLINE, REPORT, WAREHOUSE, StudyReleases
from analytics.release.hidden_counts import HiddenCounts, hidden_counts
from analytics.release.history import HISTORY_TABLES
from analytics.release.history_tables import Lineage, history_contents, lineage, write_history
from analytics.release.log import (
    HELD,
    PRUNED,
    PUBLISHED,
    RunLine,
    append_run,
    check_writable,
    log_state,
    logged,
    rollback_stands,
)
from analytics.release.manifest import write_manifest, write_private_digests
from analytics.release.rounded_counts import RoundedCounts, rounded_counts
from analytics.release.sbom import SBOM, sbom_text
from analytics.release.signing import SIGNATURE, check_key, sign, signer_of
from analytics.release.soundness import visible_damage
from analytics.release.upkeep import KEEP_ALL, Retention, prune
from analytics.report.drawers import DrawerProcesses
from analytics.report.provenance import Provenance
from analytics.results import RESULT_TABLES, write_results
from analytics.signals import undisturbed
from analytics.study import load_study
from analytics.study.number_styles import written_as
from analytics.study.published import load_published
from analytics.study.specification import StudySpecification
from analytics.study.study_file import read_study_file
from analytics.survival.functions import write_functions
from analytics.transform import Transformation
from analytics.transform.affected import (
    bi_models,
    dependents_of,
    readers_of,
    tables_before_bi,
    written_sources,
)
from analytics.transform.spark import SparkOptions, build_marts_on_spark, check_installed
from analytics.warehouse import connect
from expectations.gate import GateWorker, critical_failures, refusal
from expectations.outcome import Outcome
from expectations.suite import SUITES, Suite, load_suites

_WORK: Final = ".work"
_FAILING: Final = ("severity", "check_id", "description", "finding")


@dataclass(frozen=True)
class BuildOptions:
    """Where releases go and how a build is run; none of it changes a number."""

    releases: Path = Path("releases")
    force: bool = False
    threads: int = 2
    keep_failed: bool = False
    retention: Retention = KEEP_ALL
    keep_rollback: bool = False
    """A rollback stands until there is something new to publish."""
    sign: Path | None = None
    """An SSH key that signs the release; one that is there without a signature is built again."""
    spark: SparkOptions | None = None
    """Spark runs the models up to the marts. None: DuckDB does."""


@dataclass(frozen=True)
class BuildOutcome:
    """What a build came to: the release, whether it is new, its headline, the warnings."""

    event: str
    release: Path
    headline: str
    warnings: tuple[Outcome, ...]
    seconds: Mapping[str, float]
    checks: Mapping[str, int] = field(default_factory=dict)
    ended_rollback: bool = False
    unused: tuple[UnusedFile, ...] = ()
    problems: tuple[str, ...] = ()
    """What went wrong after the publication, a sentence each."""


@dataclass(frozen=True)
class _Build:
    """What every step of one build needs."""

    study: StudySpecification
    fingerprint: Fingerprint
    folder: Path
    options: BuildOptions
    steps: Steps
    origin: Lineage
    inputs: StepInputs
    earlier: EarlierBuild | None
    """The release that parts are taken over from. None: everything is made anew."""
    taken: dict[str, tuple[int, int]] = field(default_factory=dict)
    """How many tables, analyses and figures were taken over, and how many there are."""

    @property
    def release_id(self) -> str:
        return self.fingerprint.release_id

    @property
    def warehouse(self) -> Path:
        return self.folder / WAREHOUSE

    @property
    def work(self) -> Path:
        return self.folder / _WORK

    @property
    def suites(self) -> tuple[Path, ...]:
        return (SUITES, self.study.folder / "expectations")

    @cached_property
    def checks(self) -> tuple[Suite, ...]:
        return load_suites(self.suites)


def build(folder: Path, options: BuildOptions, progress: Progress | None = None) -> BuildOutcome:
    """Build the study in the folder and publish it; or find that its release is up to date.

    Raises a PlateauError with one sentence; `current` is then what it was before. Each run is
    one line of the log, however it ends.
    """
    steps = Steps(progress or Silence())
    releases = StudyReleases(options.releases, read_study_file(folder).study_id)
    with logged(releases.log) as line:
        with steps.step("read the study"):
            study = load_study(folder)
            load_suites((SUITES, study.folder / "expectations"))
            load_published(study.folder)  # its mistakes are told before the work, not after it
            fingerprint = _fingerprint(study)
            if options.sign is not None:
                check_key(options.sign)
            if options.spark is not None:
                check_installed()
        line.update(release=fingerprint.release_id)
        if options.spark is not None:
            line.update(engine="spark")
        with ExitStack() as whole, releases.one_builder():
            check_writable(releases.log)
            if not options.force and _is_sound(releases, fingerprint.release_id, options, steps):
                outcome = _stand(releases, fingerprint.release_id, options, steps, line, whole)
            else:
                outcome = _publish(study, fingerprint, releases, options, steps, line, whole)
            if not options.retention:
                return outcome
            return replace(outcome, problems=_pruned(releases, options.retention))


def _is_sound(
    releases: StudyReleases, release_id: str, options: BuildOptions, steps: Steps
) -> bool:
    """Whether the release is there and looks whole; what is wrong with it is told."""
    if not releases.has(release_id):
        return False
    release = releases.release(release_id)
    damage = visible_damage(release)
    if damage:
        fact = f"damaged ({'; '.join(damage)})"
    elif options.sign is not None and not (release / SIGNATURE).is_file():
        fact = "not signed"
    else:
        return True
    steps.progress.note(f"Release {release_id} is {fact}, so it is built again.")
    return False


def _pruned(releases: StudyReleases, retention: Retention) -> tuple[str, ...]:
    """Remove old releases. What is in the way is told; it undoes no publication."""
    try:
        removed = prune(releases, retention)
        if removed:
            append_run(releases.log, PRUNED, pruned=removed)
    except (OSError, PlateauError) as error:
        why = getattr(error, "strerror", None) or str(error).rstrip(".")
        return (f"Old releases could not be pruned ({why}).",)
    return ()


def _publish(  # noqa: PLR0913, PLR0917 - what one build needs
    study: StudySpecification,
    fingerprint: Fingerprint,
    releases: StudyReleases,
    options: BuildOptions,
    steps: Steps,
    line: RunLine,
    whole: ExitStack,
) -> BuildOutcome:
    """Build the release in a folder of its own and make it current.

    The log tells of the publication before it happens, so that none goes without its line. From
    there on `whole` holds signals back, until the run has told what came out.
    """
    release_id = fingerprint.release_id
    origin = lineage(releases, release_id)
    ends_rollback = rollback_stands(releases.log)
    try:
        with releases.building(release_id, keep_failed=options.keep_failed) as building:
            inputs = step_inputs(study, fingerprint)
            earlier = None if options.force else earlier_build(releases)
            walk = _Build(study, fingerprint, building, options, steps, origin, inputs, earlier)
            outcomes = _fill(walk)
            if earlier is not None and any(n for n, _ in walk.taken.values()):
                taken = {"release": earlier.release.release_id, **walk.taken}
                line.update(taken_over=taken)
                steps.progress.note(taken_in_words(earlier, walk.taken))
            with connect(walk.warehouse, read_only=True) as connection:
                unused = unused_files(connection)
            with steps.step("publish"):
                if _fingerprint(study) != fingerprint:
                    raise BuildError(
                        f"Files of {study.folder} or of the program changed while they were "
                        "read; nothing was published. Run the build again."
                    )
                contents = _contents(walk, outcomes, releases.log)
                write_manifest(building, fingerprint, _about(study), contents)
                if options.sign is not None:
                    sign(building, options.sign)
                    line.update(signed=signer_of(building, None).key)
                releases.settle(building)
            line.update(event=PUBLISHED, checks=_counts(outcomes), seconds=steps.seconds)
            if ends_rollback:
                line.update(ended_rollback=True)
            whole.enter_context(undisturbed())
            line.write()
            release = releases.swap(building, release_id)
            text = (release / HEADLINE).read_text(encoding="utf-8")
    except duckdb.OutOfMemoryException as error:
        raise BuildError(
            f"DuckDB needs more memory than the {memory_limit()} that it may take, and nothing was "
            "published; give more with --memory."
        ) from error
    except duckdb.Error as error:
        raise BuildError(f"{first_line(error)}; nothing was published.") from error
    return BuildOutcome(
        PUBLISHED,
        release,
        text,
        tuple(outcome for outcome in outcomes if not outcome.success),
        steps.seconds,
        _counts(outcomes),
        ended_rollback=ends_rollback,
        unused=unused,
    )


def _fingerprint(study: StudySpecification) -> Fingerprint:
    return fingerprint_of(
        study.folder,
        [study.folder / trial.path for trial in study.trials],
        study.parameters.model_dump(mode="json"),
    )


def _stand(  # noqa: PLR0913, PLR0917 - what one build needs
    releases: StudyReleases,
    release_id: str,
    options: BuildOptions,
    steps: Steps,
    line: RunLine,
    whole: ExitStack,
) -> BuildOutcome:
    """The release is there: make it current if another one is, and tell its headline."""
    event = event_of(releases, release_id)
    ends_rollback = False
    if event is None or (event == HELD and not options.keep_rollback):
        event = PUBLISHED
        ends_rollback = rollback_stands(releases.log)
    line.update(event=event, **({"ended_rollback": True} if ends_rollback else {}))
    shown = releases.release(release_id) if event == PUBLISHED else releases.current
    text = (shown / HEADLINE).read_text(encoding="utf-8")
    whole.enter_context(undisturbed())
    line.write()
    if event == PUBLISHED:
        releases.point_current(release_id)
    release = releases.folder / releases.current.readlink()
    return BuildOutcome(event, release, text, (), steps.seconds, ended_rollback=ends_rollback)


def _fill(walk: _Build) -> list[Outcome]:
    """Every step between the empty building folder and the swap; the checks' outcomes."""
    walk.work.mkdir()
    step = walk.steps.step
    with GateWorker(walk.work / "gate.log") as worker:
        dbt = Transformation(
            walk.warehouse,
            walk.work,
            walk.study.parameters.model_dump(mode="json"),
            walk.options.threads,
            walk.steps.progress.detail,
        )
        changed = _fill_tables(walk, dbt)
        with step("check the marts"):
            meanwhile = "lifelines" if changed is None else "analytics.report.writing"
            outcomes = _checked(walk, worker, "marts", changed, meanwhile=meanwhile)
        with step("estimate the results"):
            made_of, changed = _fill_results(walk, changed)
        with step("check the results"):
            meanwhile = "analytics.report.writing"
            outcomes += _checked(walk, worker, "results", changed, meanwhile=meanwhile)
        with step("carry the history on"):
            write_history(walk.warehouse, walk.study, walk.release_id, walk.origin)
    with DrawerProcesses(walk.work / "drawers.log", early=changed is None) as drawers:
        with step("build and test the tables for people"):
            _fill_bi(walk, dbt, changed)
            with connect(walk.warehouse) as connection:
                decide = partial(hidden_counts, walk.study, connection)
                month = walk.study.parameters.days_per_month
                round_off = partial(rounded_counts, walk.study, connection)
                limits = limit_schema(
                    connection, "bi", walk.study.publication, month, decide, round_off
                )
        with step("export"):
            stamp = {
                "study": walk.study.study_id,
                "release_id": walk.release_id,
                "synthetic": str(walk.study.synthetic).lower(),
                "synthetic_note": walk.study.synthetic_note or "",
            }
            export_bi(walk.warehouse, walk.folder, stamp)
            _write_headline(walk, *limits)
            (walk.folder / SBOM).write_text(sbom_text(_extra(walk.options)), encoding="utf-8")
        with step("write the report"):
            answers = _write_report(walk, drawers)
            with connect(walk.warehouse) as connection:
                keep_step_inputs(connection, walk.inputs.made_of(made_of, answers))
    shutil.rmtree(walk.work)
    return outcomes


def _fill_tables(walk: _Build, dbt: Transformation) -> Changed:
    """The warehouse up to the marts; the names of what is new in it."""
    step, earlier, spark = walk.steps.step, walk.earlier, walk.options.spark
    if earlier is not None and spark is None and earlier.has(TABLES, walk.inputs.tables):
        with step("take the tables over"):
            with_bi = _has_bi(walk)
            new = take_tables_over(walk.study, walk.warehouse, earlier, with_bi=with_bi)
        with step("read the dbt project"):
            dbt.parse()
        with stopped_by_findings(walk.warehouse), step("build and test what changed"):
            return _rebuilt(walk, dbt, earlier, new)
    with step("load the files into raw"), connect(walk.warehouse) as connection:
        load_raw(walk.study, connection, walk.work)
    with step("read the dbt project"):
        dbt.parse()
    with stopped_by_findings(walk.warehouse):
        if spark is not None:
            build_marts_on_spark(dbt, spark, walk.steps, walk.release_id)
        else:
            with step("build and test the marts"):
                dbt.build_marts()
    return None


def _rebuilt(
    walk: _Build, dbt: Transformation, earlier: EarlierBuild, sources: frozenset[str]
) -> frozenset[str]:
    """Build what reads the new tables of `raw`, then what reads those that came out different."""
    readers = readers_of(dbt.manifest, sources)
    dbt.build_models(readers.models)
    different = new_tables(walk.warehouse, earlier, readers.tables)
    further = dependents_of(dbt.manifest, different)
    dbt.build_models(further.models)
    views = {*readers.models} - {name for _, name in readers.tables}
    n_built = len({*readers.tables, *further.tables})
    n_tables = len(tables_before_bi(dbt.manifest))
    walk.taken["tables"] = (n_tables - n_built, n_tables)
    return frozenset({*sources, *views, *(name for _, name in different), *further.models})


def _fill_results(walk: _Build, changed: Changed) -> tuple[Mapping[str, str], Changed]:
    """Schema `results`: what its parts are made of, and what is new by now."""
    earlier = walk.earlier
    with connect(walk.warehouse) as connection:
        program = walk.inputs.programs[RESULTS]
        results = None if earlier is None else earlier_results(earlier, program)
        computed = write_results(walk.study, connection, program, results)
        write_functions(walk.study, connection)
    if earlier is not None:
        names = [analysis.analysis_id for analysis in walk.study.analyses]
        walk.taken["analyses"] = (sum(name in computed.taken for name in names), len(names))
    if earlier is None or changed is None:
        return computed.made_of, None
    tables = [(RESULTS, name) for name in RESULT_TABLES]
    new = new_tables(walk.warehouse, earlier, tables)
    return computed.made_of, changed | {name for _, name in new}


def _has_bi(walk: _Build) -> bool:
    """Whether the earlier build made its tables for people in the same way, and all of them."""
    bi = walk.inputs.bi
    return walk.earlier is not None and bi is not None and walk.earlier.has(BI_STEP, bi)


def _fill_bi(walk: _Build, dbt: Transformation, changed: Changed) -> None:
    """Schema `bi`; what reads nothing new stands there already."""
    if walk.earlier is None or changed is None or not _has_bi(walk):
        dbt.build_bi()
        return
    new = new_tables(walk.warehouse, walk.earlier, written_sources(dbt.manifest))
    names = bi_models(dbt.manifest, changed | {name for _, name in new})
    dbt.build_models(names)
    taken, n_tables = walk.taken["tables"]
    n_bi = len(bi_models(dbt.manifest))
    walk.taken["tables"] = (taken + n_bi - len(names), n_tables + n_bi)


def _write_report(walk: _Build, drawers: DrawerProcesses) -> Mapping[str, str]:
    """The report and the page to explore; what its answers are made of."""
    from analytics.report.explore.answers import Answers, answers_of  # noqa: PLC0415
    from analytics.report.explore.writing import (  # noqa: PLC0415  (slow to import)
        ReleaseOf,
        write_explore,
    )
    from analytics.report.taken_figures import take_figures_over  # noqa: PLC0415
    from analytics.report.writing import write_report  # noqa: PLC0415  (slow to import)

    bi_file, folder = walk.folder / BI, walk.folder / REPORT
    earlier, drawn, answers = walk.earlier, frozenset[str](), Answers(walk.inputs.programs[FIGURES])
    if earlier is not None and earlier.has(FIGURES, walk.inputs.programs[FIGURES]):
        there = earlier.release.folder
        drawn = take_figures_over(bi_file, folder, there / BI, there / REPORT)
        known = answers_of(there / EXPLORE, earlier.parts(ANSWERS))
        answers = replace(answers, known=known)
    write_report(bi_file, folder, _provenance(walk), drawers, drawn=drawn)
    if earlier is not None:
        walk.taken["figures"] = (len(drawn), len(list((folder / "figures").glob("*.svg"))))
    study = walk.study
    about = ReleaseOf(walk.release_id, study.parameters, study.publication)
    write_explore(walk.folder, folder, about, answers=answers)
    return answers.made_of


def _extra(options: BuildOptions) -> str:
    """The optional part of Plateau that a build runs with."""
    return "spark" if options.spark is not None else ""


def _checked(
    walk: _Build, worker: GateWorker, gate: str, changed: Changed, *, meanwhile: str
) -> list[Outcome]:
    """The outcomes of a gate, kept in the warehouse too. Raises GateError on a critical one.

    `meanwhile` is a module that takes the next step a second or more to import.
    """
    suites = [suite for suite in walk.checks if suite.gate == gate]
    found = _known_outcomes(walk, gate, changed)
    asked = [suite.name for suite in suites if suite.name not in found]
    if asked:
        worker.ask(walk.warehouse, gate, walk.suites, memory_limit(), only=asked)
        import_module(meanwhile)
        found |= outcomes_by_suite(worker.answer())
    outcomes = [outcome for suite in suites for outcome in found[suite.name]]
    with connect(walk.warehouse) as connection:
        keep_outcomes(connection, outcomes)
    if critical_failures(outcomes):
        raise refusal(gate, outcomes)
    return outcomes


def _known_outcomes(walk: _Build, gate: str, changed: Changed) -> dict[str, list[Outcome]]:
    if walk.earlier is None or changed is None:
        return {}
    return earlier_outcomes(walk.earlier, gate, walk.inputs.gate, changed, walk.checks)


def _write_headline(
    walk: _Build, hidden: HiddenCounts | None, rounded: RoundedCounts | None
) -> None:
    path = walk.folder / HEADLINE
    path.parent.mkdir()
    with connect(walk.warehouse, read_only=True) as connection:
        frames = {
            table: connection.sql(f"select * from results.{table}").pl()
            for table in (*HEADLINE_TABLES, *HEADLINE_CURVES)
        }
    publication = walk.study.publication
    frames = on_grid(frames, publication, walk.study.parameters.days_per_month)
    shown = limited(frames, publication, hidden, rounded)
    with written_as(walk.study.number_style):
        lines = headline_lines(headline(walk.study, shown, load_published(walk.study.folder)))
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _provenance(walk: _Build) -> Provenance:
    return Provenance(
        walk.release_id,
        walk.fingerprint.inputs,
        walk.fingerprint.code,
        walk.fingerprint.lock,
        walk.study.parameters.model_dump(mode="json"),
    )


def _about(study: StudySpecification) -> dict[str, Any]:
    return {
        "study_id": study.study_id,
        "title": study.title,
        "synthetic": study.synthetic,
        "synthetic_note": study.synthetic_note,
        "parameters": study.parameters.model_dump(mode="json"),
        "publication": study.publication.stated,
    }


def _contents(walk: _Build, outcomes: list[Outcome], log: Path) -> dict[str, Any]:
    """What the manifest says of the content; with limits of publication not of what is withheld."""
    is_limited = walk.study.publication.has_limits
    with connect(walk.warehouse, read_only=True) as connection:
        results = table_digests(connection, "results")
        if is_limited:
            patients = table_digests(connection, "marts")
            write_private_digests(walk.folder, {"results": results, "marts": patients})
        return {
            "results": {} if is_limited else results,
            "bi": {
                table: digest
                for table, digest in table_digests(connection, "bi").items()
                if table not in HISTORY_TABLES
            },
            "history": {
                **history_contents(connection, walk.origin.place),
                "log": log_state(log),
            },
            "checks": _counts(outcomes),
            "failing_checks": [
                {name: getattr(outcome, name) for name in _FAILING}
                | ({"finding": None} if is_limited else {})
                for outcome in outcomes
                if not outcome.success
            ],
        }


def _counts(outcomes: Iterable[Outcome]) -> dict[str, int]:
    """How many checks passed, and how many of each severity did not."""
    counts = {"passed": 0, "critical": 0, "warning": 0, "info": 0}
    for outcome in outcomes:
        counts["passed" if outcome.success else outcome.severity] += 1
    return counts
