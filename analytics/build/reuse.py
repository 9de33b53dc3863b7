"""What a build takes over from the release before it: what is made of the same as there.

Each step is known by the digest of everything it is made of: the part of the program that runs it,
the packages, the data, the definitions. A step whose digest is the same is not run again. The
digests of a release stand in `quality.step_input` of its warehouse. No time of day plays a part,
and a release that is damaged gives nothing.
"""

import json
import platform
import re
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Final

import duckdb

from analytics.errors import PlateauError
from analytics.ingest import load_study
from analytics.project_files import ROOT
from analytics.release.digests import (
    Fingerprint,
    code_digests,
    data_digests,
    file_digest,
    items_digest,
    text_digest,
)
from analytics.release.folders import BI as BI_FILE
from analytics.release.folders import REPORT, WAREHOUSE, StudyReleases
from analytics.release.history import Release, current_release
from analytics.release.manifest import read_manifest
from analytics.release.soundness import visible_damage
from analytics.results import Earlier, read_results
from analytics.results.creation import create_table
from analytics.results.schemas import tables_of
from analytics.study.specification import StudySpecification
from analytics.study.used_domains import used_domains
from analytics.warehouse import connect, literal, quoted
from expectations.outcome import Outcome
from expectations.suite import Suite

TABLES: Final = "tables"
GATE: Final = "gate"
RESULTS: Final = "results"
BI: Final = "bi"
FIGURES: Final = "figures"
ANSWERS: Final = "answers"
ALL: Final = "all"
GATES: Final = ("marts", "results")
Changed = frozenset[str] | None
"""Names of the tables and views that are not as in the earlier build. None: any can be."""
_TABLE: Final = tables_of("quality")["step_input"]
_BASE: Final = ("errors", "memory", "methods", "plural", "study", "text_table", "warehouse")
_COMPUTING: Final = (*_BASE, "results", "value_digest")
ROOMS: Final[dict[str, tuple[str, ...]]] = {
    TABLES: (*_BASE, "ingest", "progress", "project_files", "transform"),
    GATE: ("chapters", "errors", "project_files"),
    RESULTS: _COMPUTING,
    FIGURES: (*_COMPUTING, "chapters", "project_files", "release", "report", "signals"),
}
"""The rooms of `analytics` whose code each step runs, this one beside them."""
_OTHER_CODE: Final = {TABLES: ("dbt_project",), GATE: ("expectations",)}
_NOT_TAKEN: Final = ("history", "results", "survival")
EXPLORE: Final = f"{REPORT}/explore.html"
_WHOLE_FILES: Final = (WAREHOUSE, BI_FILE, EXPLORE)
_FIGURE_FILES: Final = f"{REPORT}/figures/"
_SUITES: Final = "expectations/"
_WORD: Final = re.compile(r"\w+")
_CALL: Final = re.compile(r"\bsurvival\W*\.")
_FUNCTION: Final = "survival."
_OUTCOMES: Final = "validation_result"


@dataclass(frozen=True)
class StepInputs:
    """What the steps of a build are made of, besides what the steps before them made.

    `programs` are the digests of the code and the packages that run each step.
    """

    tables: str
    gate: str
    bi: str | None
    """None: what is published of it is limited, and hides what it was made of."""
    programs: Mapping[str, str]

    def made_of(
        self, results: Mapping[str, str], answers: Mapping[str, str]
    ) -> dict[tuple[str, str], str]:
        """The digests by step and part, with those of the results' parts and the page's answers."""
        return {
            (TABLES, ALL): self.tables,
            **({} if self.bi is None else {(BI, ALL): self.bi}),
            (FIGURES, ALL): self.programs[FIGURES],
            **{(GATE, gate): self.gate for gate in GATES},
            (RESULTS, ALL): self.programs[RESULTS],
            **{(RESULTS, part): digest for part, digest in results.items()},
            **{(ANSWERS, part): digest for part, digest in answers.items()},
        }


@dataclass(frozen=True)
class EarlierBuild:
    """A sound release, and the digests of what its parts were made of, by step and part."""

    release: Release
    made_of: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def has(self, step: str, digest: str, part: str = ALL) -> bool:
        """Whether that part was made of the same."""
        return self.made_of.get((step, part)) == digest

    def parts(self, step: str) -> dict[str, str]:
        """The digests of the parts of a step."""
        return {part: digest for (one, part), digest in self.made_of.items() if one == step}


def step_inputs(study: StudySpecification, fingerprint: Fingerprint) -> StepInputs:
    """What the steps of this build are made of."""
    packages = [fingerprint.lock, sorted(fingerprint.packages.items())]
    machine = [platform.python_version(), platform.system(), platform.machine()]
    code = code_digests(ROOT)
    programs = {step: _digest(packages, machine, _code_of(step, code)) for step in ROOMS}
    trials = [study.folder / trial.path for trial in study.trials]
    data = data_digests(study.folder, trials, fingerprint.inputs)
    read = [trial.model_dump(mode="json", exclude={"label"}) for trial in study.trials]
    asked = [sorted(used_domains(study)), fingerprint.parameters]
    suites = [item for item in sorted(fingerprint.inputs.items()) if item[0].startswith(_SUITES)]
    return StepInputs(
        _digest(programs[TABLES], sorted(data.items()), read, asked),
        _digest(programs[GATE], suites),
        None if study.publication.has_limits else _digest(programs[TABLES], fingerprint.parameters),
        programs,
    )


def _code_of(step: str, code: Mapping[str, str]) -> str:
    """The digest of the sources that a step runs."""
    rooms = (f"analytics/{room}" for room in (*ROOMS[step], "build"))
    places = (*rooms, *_OTHER_CODE.get(step, ()))
    whole = tuple(ending for place in places for ending in (f"{place}/", f"{place}.py"))
    return items_digest({name: digest for name, digest in code.items() if name.startswith(whole)})


def _digest(*parts: object) -> str:
    return text_digest(json.dumps(parts))


def earlier_build(releases: StudyReleases) -> EarlierBuild | None:
    """The current release, if all that could be taken over from it is as it was written."""
    try:
        release = current_release(releases)
        if release is None or visible_damage(release.folder):
            return None
        files = read_manifest(release.folder)["files"]
        named = [name for name in files if name in _WHOLE_FILES or name.startswith(_FIGURE_FILES)]
        if any(file_digest(release.folder / name) != files[name] for name in named):
            return None
        with connect(release.warehouse, read_only=True) as connection:
            rows = connection.execute(
                f"select step, part, sha256 from {_TABLE.in_schema}.{_TABLE.name}"
            ).fetchall()
    except (OSError, duckdb.Error, PlateauError):
        return None  # also of a release that another version wrote
    return EarlierBuild(release, {(step, part): digest for step, part, digest in rows})


def keep_step_inputs(
    connection: duckdb.DuckDBPyConnection, made_of: Mapping[tuple[str, str], str]
) -> None:
    """Write what the parts of this build are made of into its warehouse."""
    name = create_table(connection, _TABLE)
    rows = [[step, part, digest] for (step, part), digest in sorted(made_of.items())]
    connection.executemany(f"insert into {name} values (?, ?, ?)", rows)


def take_tables_over(
    study: StudySpecification, warehouse: Path, earlier: EarlierBuild, *, with_bi: bool
) -> frozenset[str]:
    """Begin the warehouse as a copy of the earlier one; the tables of `raw` that are new.

    What is made anew in every build is left out. The study's own files are read again.
    """
    left_out = _NOT_TAKEN if with_bi else (*_NOT_TAKEN, BI)
    shutil.copyfile(earlier.release.warehouse, warehouse)
    with _beside(warehouse, earlier) as connection:
        for schema in left_out:
            connection.execute(f"drop schema if exists {schema} cascade")
        connection.execute(f"drop table quality.{_OUTCOMES}")
        connection.execute(f"drop table {_TABLE.in_schema}.{_TABLE.name}")
        written = load_study(connection, study)
        return frozenset(name for _, name in _new(connection, [("raw", name) for name in written]))


def new_tables(
    warehouse: Path, earlier: EarlierBuild, tables: Iterable[tuple[str, str]]
) -> frozenset[tuple[str, str]]:
    """Those of the tables whose rows are not those of the earlier warehouse."""
    with _beside(warehouse, earlier) as connection:
        return _new(connection, tables)


def earlier_results(earlier: EarlierBuild, program: str) -> Earlier:
    """The results of the earlier build, if the same program made them."""
    if not earlier.has(RESULTS, program):
        return Earlier()
    made_of = earlier.parts(RESULTS)
    with connect(":memory:", reach=(earlier.release.folder,)) as connection:
        connection.execute(f"attach {literal(earlier.release.warehouse)} as earlier (read_only)")
        return Earlier(made_of, read_results(connection, "earlier"))


def earlier_outcomes(
    earlier: EarlierBuild, gate: str, digest: str, changed: Collection[str], suites: Iterable[Suite]
) -> dict[str, list[Outcome]]:
    """The outcomes of the gate's suites that ask the same of tables of which none is new, by suite.

    A check that calls a function may read any table, and the outcomes of checks are written in
    every build: such suites are asked again.
    """
    if not earlier.has(GATE, digest, gate):
        return {}
    new = {*changed, _FUNCTION, _OUTCOMES}
    same = [suite.name for suite in suites if suite.gate == gate and not new & {*_words(suite)}]
    names = ", ".join(field.name for field in fields(Outcome))
    with connect(earlier.release.warehouse, read_only=True) as connection:
        rows = connection.execute(
            f"select {names} from quality.{_OUTCOMES} where gate = ? order by rowid", [gate]
        ).fetchall()
    outcomes = outcomes_by_suite(Outcome(*row) for row in rows)
    return {name: outcomes[name] for name in same}


def outcomes_by_suite(outcomes: Iterable[Outcome]) -> dict[str, list[Outcome]]:
    """The outcomes of each suite, in their order."""
    by_suite: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        by_suite.setdefault(outcome.suite, []).append(outcome)
    return by_suite


def _words(suite: Suite) -> Iterator[str]:
    """What a suite may speak of: its table, every word of its checks, whether they call a
    function of `survival`.
    """
    yield suite.table
    for check in suite.expectations:
        text = json.dumps(check.kwargs, default=str).lower()
        yield from _WORD.findall(text)
        if _CALL.search(text):
            yield _FUNCTION


def taken_in_words(earlier: EarlierBuild, taken: Mapping[str, tuple[int, int]]) -> str:
    """What was taken over, in one sentence."""
    parts = ", ".join(f"{n} of {n_all} {kind}" for kind, (n, n_all) in taken.items() if n_all)
    return f"Taken over from release {earlier.release.release_id}: {parts}."


@contextmanager
def _beside(warehouse: Path, earlier: EarlierBuild) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse, with the earlier one attached as `earlier`."""
    with connect(warehouse, reach=(earlier.release.folder, warehouse.parent)) as connection:
        connection.execute(f"attach {literal(earlier.release.warehouse)} as earlier (read_only)")
        yield connection


def _new(
    connection: duckdb.DuckDBPyConnection, tables: Iterable[tuple[str, str]]
) -> frozenset[tuple[str, str]]:
    """Those of the tables that have other columns or rows than the earlier ones."""
    ours, theirs = (_columns(connection, name) for name in ("current_database()", "'earlier'"))
    return frozenset(
        table
        for table in tables
        if ours.get(table) != theirs.get(table) or _has_other_rows(connection, *table)
    )


def _columns(
    connection: duckdb.DuckDBPyConnection, database: str
) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """The names and types of the columns of every table, in one query of the catalog."""
    rows = connection.execute(
        "select schema_name, table_name, column_name, data_type from duckdb_columns() "
        f"where database_name = {database} order by schema_name, table_name, column_index"
    ).fetchall()
    columns: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for schema, table, *column in rows:
        columns.setdefault((schema, table), []).append(tuple(column))
    return columns


def _has_other_rows(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> bool:
    """Whether a table has other rows than the earlier one, each counted as often."""
    name = f"{quoted(schema)}.{quoted(table)}"
    found = connection.execute(
        f"select (select count(*) from {name}) <> (select count(*) from earlier.{name}) "
        f"or exists (from {name} except all from earlier.{name})"
    ).fetchall()
    return bool(found[0][0])
