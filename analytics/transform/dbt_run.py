"""The dbt steps of a build, run in this process on the build's own warehouse file."""

import json
import logging
import os
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from analytics.errors import BuildError, GateError, PlateauError
from analytics.memory import MEMORY, memory_limit
from analytics.project_files import DBT_PROJECT, cache_folder
from analytics.transform.parsed_project import keep_manifest, kept_manifest
from analytics.transform.source_words import describe_sources
from analytics.warehouse import connect

DUCKDB: Final = "duckdb"
_BI_MODELS: Final = "path:models/bi"
_HEADING: Final = re.compile(r"\w+ Error( in |$)")
_FREE_TEXTS: Final = ("mrd_unit",)
"""Parameters whose value is any text; the values of the others are checked against lists."""

_ROW_ORDER: Final = "PLATEAU_ROW_ORDER"
"""Environment variable: whether tables keep the order in which their rows are made."""

_NO_MEMORY: Final = "Out of Memory Error"
_TESTED_ON_DATA: Final = ("--exclude-resource-type", "unit_test", "--no-write-json")
_CHECKS: Final = "checks"
_GOOD: Final = frozenset({"success", "pass", "warn", "skipped", "no-op"})


class Transformation:
    """The dbt project on one warehouse file; parsed once, then built in two parts.

    `work` takes dbt's own files; `on_node` receives the name of each node as it starts. `engine` is
    the target of dbt's profile that runs the models.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - what dbt has to be told
        self,
        warehouse: Path,
        work: Path,
        parameters: Mapping[str, Any],
        threads: int,
        on_node: Callable[[str], None],
        engine: str = DUCKDB,
    ) -> None:
        """Say where dbt works; nothing runs yet."""
        self.warehouse = warehouse
        self.work = work
        self.threads = threads
        self.manifest: Any = None
        """The project as dbt has read it; None before `parse`."""
        self._engine = engine
        self._parameters = parameters
        os.environ["PLATEAU_WAREHOUSE"] = str(warehouse.resolve())
        os.environ["PLATEAU_THREADS"] = str(threads)
        os.environ[MEMORY] = memory_limit()
        os.environ["DO_NOT_TRACK"] = "1"
        work = work.resolve()  # dbt takes a relative target for one inside its own project
        self._target = work / "target"
        self._arguments = [
            *("--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)),
            *("--target-path", str(self._target), "--log-path", str(work / "logs")),
            *("--log-level", "none", "--log-level-file", "info", "--no-use-colors"),
            *("--no-partial-parse", "--quiet", "--vars", json.dumps(variables_of(parameters))),
        ]
        self._read_with = {"database": warehouse.stem, **parameters}
        if engine != DUCKDB:
            self._read_with["engine"] = engine
        self._on_node = on_node

    def on_engine(self, engine: str) -> "Transformation":
        """The same project, warehouse and folder on another engine; not parsed yet."""
        return Transformation(
            self.warehouse, self.work, self._parameters, self.threads, self._on_node, engine
        )

    def parse(self) -> None:
        """Read the project if it changed since the last time. Raises BuildError if it is none."""
        cache = cache_folder() / "dbt"
        self.manifest = kept_manifest(cache, DBT_PROJECT, self._read_with)
        if self.manifest is None:
            self.manifest = self._invoke(["parse"]).result
            keep_manifest(cache, DBT_PROJECT, self._read_with, self.manifest)

    def build_marts(self, without: Iterable[str] = ()) -> None:
        """Build and test everything up to the marts. Raises GateError when a test fails.

        `without` are names of nodes to leave out.
        """
        os.environ[_ROW_ORDER] = "false"
        try:
            self._invoke(["build", "--exclude", _BI_MODELS, *without, *_TESTED_ON_DATA])
        finally:
            del os.environ[_ROW_ORDER]

    def build_models(self, names: Iterable[str]) -> None:
        """Build the models of these names, and test all that speaks of them. Raises GateError."""
        wanted = set(names)
        # in full: a name alone is also that of a folder or of the project
        chosen = [
            ".".join(node.fqn)
            for node in self.manifest.nodes.values()
            if node.resource_type == "model" and node.name in wanted
        ]
        if chosen:
            self._invoke(["build", "--select", *chosen, *_TESTED_ON_DATA])

    def build_only(self, names: Iterable[str], engine: str | None = None) -> None:
        """Build and test the nodes of these names and no other. Raises GateError.

        `engine` is another target of the profile for the same database.
        """
        chosen = ["--select", *names, "--indirect-selection", "empty"]
        self._invoke(["build", *chosen, *_TESTED_ON_DATA], engine)

    def run_models(self, selection: str) -> None:
        """Build the models that a dbt selection names, untested. Raises BuildError."""
        self._invoke(["run", "--select", selection])

    def build_bi(self) -> None:
        """Build and test the tables made for people. Raises GateError when a test fails."""
        self._invoke(["build", "--select", _BI_MODELS, *_TESTED_ON_DATA])

    def document(self) -> Path:
        """Write dbt's documentation of the warehouse as one page; its file.

        What Python wrote is described by its comments in the database.
        """
        with connect(self.warehouse, read_only=True) as connection:
            describe_sources(self.manifest, connection)
        self._invoke(["docs", "generate", "--static"])
        return self._target / "static_index.html"

    def _invoke(self, command: list[str], engine: str | None = None) -> Any:
        # dbt takes seconds to import, and a command that builds nothing does without it
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager  # noqa: PLC0415
        from dbt.cli.main import dbtRunner  # noqa: PLC0415

        logging.raiseExceptions = False  # a log that has no room is not told by a traceback
        runner = dbtRunner(manifest=self.manifest, callbacks=[self._tell])
        try:
            result = runner.invoke([*command, *self._arguments, "--target", engine or self._engine])
        finally:
            DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
        if isinstance(result.exception, KeyboardInterrupt | SystemExit | OSError | MemoryError):
            raise result.exception  # dbt catches what is none of its business, too
        if not result.success:
            raise _failure(result.exception, getattr(result.result, "results", ()), self._findings)
        return result

    def _findings(self, test: Any) -> str | None:
        """What a test of all rows of a model found, and in how many.

        None for another test, and where the rows are not in the warehouse.
        """
        if self._engine != DUCKDB or test.attached_node is None:
            return None
        if test.test_metadata.name != _CHECKS:
            return None
        with connect(self.warehouse, read_only=True) as connection:
            rows = connection.execute(test.compiled_code).fetchall()
        return f"{'; '.join(f'{finding} ({n})' for finding, n in rows)}" if rows else None

    def _tell(self, event: Any) -> None:
        if event.info.name == "NodeStart":
            self._on_node(event.data.node_info.node_name)


def variables_of(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters as dbt takes them: a text that may hold anything in hexadecimal digits.

    dbt renders the text of a variable as a template, and a template is a program.
    """
    free = {
        f"{name}_hex": str(parameters[name]).encode().hex()
        for name in _FREE_TEXTS
        if name in parameters
    }
    return {name: value for name, value in parameters.items() if name not in _FREE_TEXTS} | free


def _failure(
    exception: BaseException | None,
    results: Iterable[Any],
    findings: Callable[[Any], str | None],
) -> PlateauError:
    """One sentence: the node that failed first, and the first line of why."""
    failures = [result for result in results if str(result.status) not in _GOOD]
    if not failures:
        return BuildError(f"dbt could not read its project: {_first_line(str(exception))}.")
    first = failures[0]
    if _NO_MEMORY in str(first.message):
        return BuildError(
            f"dbt model or test '{first.node.name}' needs more memory than the {memory_limit()} "
            "that it may take; give more with --memory."
        )
    others = f" ({len(failures) - 1} more failed)" if len(failures) > 1 else ""
    reason = f"{_first_line(str(first.message))}{others}"
    if first.node.resource_type == "test":
        if first.status == "fail" and (found := findings(first.node)) is not None:
            model = first.node.attached_node.split(".")[-1]
            return GateError(
                f"dbt's checks of '{model}' refused the data and nothing was published: "
                f"{found}{others}."
            )
        return GateError(
            f"dbt test '{first.node.name}' refused the data and nothing was published: {reason}."
        )
    return BuildError(f"dbt model '{first.node.name}' could not be built: {reason}.")


def _first_line(message: str) -> str:
    """The first line that says something: dbt's own first line only repeats the node's name."""
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    telling = [line for line in lines if not _HEADING.match(line)]
    return (telling or lines or ["no reason was given"])[0].rstrip(".:")
