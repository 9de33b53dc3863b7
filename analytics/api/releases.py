"""A published release in a notebook: its tables, its report, and questions that nobody planned."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from html import escape
from numbers import Real
from pathlib import Path
from typing import Any, Final

import polars as pl

from analytics.api.answers import Answer
from analytics.api.given import Conventions, months_of
from analytics.api.shown import Figure, Table
from analytics.errors import UsageError
from analytics.readers import asking, queries
from analytics.release.choice import chosen_release, release_of
from analytics.release.folders import BI, MANIFEST, WAREHOUSE, StudyReleases
from analytics.release.manifest import read_manifest
from analytics.warehouse import literal

Months = float | Sequence[float]
_SCHEMAS: Final = "('information_schema', 'pg_catalog')"


def open(
    path: str | Path = "releases", *, study: str | None = None, release: str = "current"
) -> "Release":
    """Open a published release to read.

    `path` is the folder of a study's releases (`releases/blinatumomab`), the folder of all
    releases, with `study` where it holds several, or the folder of one release. `release` is
    `current`, `previous` or a release id. The opened release stays the same when a newer one is
    published; open it again to follow.

    Raises PlateauError when there is no such release.
    """
    path = Path(path)
    if (path / MANIFEST).is_file():
        return Release(path.resolve())
    if (path / "current").is_symlink():
        return Release(release_of(StudyReleases(path.parent, path.name), release).resolve())
    return Release(chosen_release(path, study, release).resolve())


@dataclass(frozen=True)
class Release:
    """A published release. Nothing here changes it; each call opens its file and closes it.

    Tables of all schemas are read from `warehouse.duckdb`, which holds rows of patients and which
    its owner alone can read. Others get the tables of `bi`, from `bi.duckdb`.
    """

    folder: Path

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What the release was made from: digests, parameters, checks."""
        return read_manifest(self.folder)

    @property
    def id(self) -> str:
        """The id of the release."""
        return str(self.manifest["release_id"])

    @property
    def title(self) -> str:
        """The title of the study."""
        return str(self.manifest["study"]["title"])

    @property
    def conventions(self) -> Conventions:
        """The conventions of the study, to be used on data of one's own."""
        given = self.manifest["study"]["parameters"]
        return Conventions(
            days_per_month=given["days_per_month"],
            conf_level=given["conf_level"],
            ci_transform=given["ci_transform"],
            incidence_variance=given["cif_variance"],
            smallest_risk_set=given["smallest_risk_set"],
            ties=given["ties"],
            ph_transform=given["ph_transform"],
        )

    @property
    def tables(self) -> pl.DataFrame:
        """The tables that can be read: name (schema and table), rows, meaning."""
        schema = "schema_name" if self._file == WAREHOUSE else "'bi'"
        return self.query(
            f"select {schema} || '.' || table_name as name, estimated_size as rows, "
            "comment as meaning from duckdb_tables() "
            f"where schema_name not in {_SCHEMAS} and not internal order by name"
        )

    def columns(self, table: str) -> pl.DataFrame:
        """The columns of a table such as `bi.forest`: name, type, meaning.

        Raises PlateauError for a table that there is not.
        """
        schema, _, name = table.rpartition(".")
        stored = literal(schema or "bi") if self._file == WAREHOUSE else "'main'"
        found = self.query(
            "select column_name as name, data_type as type, comment as meaning "
            f"from duckdb_columns() where schema_name = {stored} and table_name = {literal(name)} "
            "order by column_index"
        )
        if found.is_empty():
            raise UsageError(f"There is no table '{table}'; see `release.tables`.")
        return found

    def frame(self, table: str) -> pl.DataFrame:
        """A table such as `bi.endpoint_summary` as a Polars frame; `.to_pandas()` gives pandas'.

        Raises PlateauError for a table that there is not.
        """
        schema, _, name = table.rpartition(".")
        self.columns(table)
        return self.query(f'from "{schema or "bi"}"."{name}"')

    def query(self, sql: str) -> pl.DataFrame:
        """The answer to a query in SQL as a Polars frame. It reads, and cannot write.

        Raises PlateauError for SQL that cannot be run, with what the engine says.
        """
        return queries.frame(self.folder / self._file, sql)

    @property
    def survival(self) -> "SurvivalFunctions":
        """The functions of schema `survival` by their names."""
        return SurvivalFunctions(self.folder)

    def ask(  # noqa: PLR0913 - a question has as many parts
        self,
        endpoint: str,
        *,
        population: str | None = None,
        by: str | None = None,
        at: Months = (),
        landmark: float | None = None,
        time_dependent: bool = False,
        delayed_entry: bool = False,
        stratified_by: str | Sequence[str] = (),
        cox: str | Sequence[str] = (),
    ) -> Answer:
        """Ask about an endpoint what nobody planned, as `plateau ask` does.

        `population` is one of populations.csv (by default that of the endpoint), `by` a factor
        whose levels are the groups, `at` the months of the rates (by default whole years),
        `landmark` a day after the origin. `cox` are the terms of a Cox model.

        Raises PlateauError for a name that there is not, and for a question that the immortal-time
        guard refuses; the message says what to ask instead.
        """
        question = asking.Question(
            endpoint=endpoint,
            population=population,
            by_factor=by,
            months=() if _is_empty(at) else months_of(at),
            landmark=landmark,
            time_dependent=time_dependent,
            delayed_entry=delayed_entry,
            stratified_by=_names(stratified_by),
            cox=_names(cox),
        )
        return Answer(question, asking.answer(self.folder, question))

    @property
    def contents(self) -> pl.DataFrame:
        """The figures and tables of the report: number, name, title, section."""
        return pl.DataFrame(
            [(number, item.name, item.title, section) for number, item, section in self._printed],
            schema=("number", "name", "title", "section"),
            orient="row",
        )

    def figure(self, name: str) -> Figure:
        """A figure of the report by the id of its analysis (`os_all`), its name or its number.

        Raises PlateauError with the choices for one that there is not.
        """
        from analytics.readers.published_figures import Chosen, write_figure  # noqa: PLC0415
        from analytics.report.elements import Figure as Drawn  # noqa: PLC0415

        own = [(number, item) for number, item, _ in self._printed if isinstance(item, Drawn)]
        for number, item in own:
            if name in {number, item.name, item.name.partition("_")[2]}:
                return Figure(
                    number,
                    item.name,
                    item.title,
                    item.caption,
                    item.alternative,
                    self._drawn(item),
                    lambda drawn, chosen, path: write_figure(
                        self.folder, self.folder.parent, drawn, Chosen(*chosen), path
                    ),
                )
        raise _no_such("figure", name, own)

    def table(self, name: str) -> Table:
        """A table of the report by its name (`table_1`) or its number (`Table 1`), as printed.

        Raises PlateauError with the choices for one that there is not.
        """
        from analytics.readers.published_tables import write_tables  # noqa: PLC0415
        from analytics.report.elements import Table as Printed  # noqa: PLC0415
        from analytics.report.typesetting import notes_of  # noqa: PLC0415

        own = [(number, item) for number, item, _ in self._printed if isinstance(item, Printed)]
        for number, item in own:
            if name in {number, item.name}:
                notes = [f"{letter} {text}".strip() for letter, text in notes_of(item)]
                return Table(
                    number,
                    item.name,
                    item.title,
                    tuple(notes),
                    item,
                    lambda kind, only, path: write_tables(
                        self.folder, self.folder.parent, kind, only, path
                    ),
                )
        raise _no_such("table", name, own)

    def _drawn(self, figure: Any) -> Any:
        """The figure, drawn with the numbers in the style of the study."""
        from analytics.readers.published_report import readable, style_for  # noqa: PLC0415
        from analytics.study.number_styles import written_as  # noqa: PLC0415

        style = style_for(readable(self.folder, self.manifest), None)

        def draw() -> Any:
            with written_as(style):
                return figure.draw()

        return replace(figure, draw=draw)

    @cached_property
    def _printed(self) -> list[tuple[str, Any, str]]:
        """Number, figure or table, and title of the section."""
        from analytics.readers.published_report import (  # noqa: PLC0415 - matplotlib
            readable,
            sections_of,
            style_for,
        )
        from analytics.report.numbering import numbered  # noqa: PLC0415
        from analytics.study.number_styles import written_as  # noqa: PLC0415

        with written_as(style_for(readable(self.folder, self.manifest), None)):
            _, sections = sections_of(self.folder, self.manifest)
        return [
            (number, item, section.title)
            for section, items in numbered(sections)
            for number, item in items
        ]

    @property
    def _file(self) -> str:
        """The file to read: the warehouse, if it may be read."""
        return WAREHOUSE if os.access(self.folder / WAREHOUSE, os.R_OK) else BI

    def __str__(self) -> str:
        """The study, the release and what the data are."""
        study = self.manifest["study"]
        about = [f"{self.title} ({study['study_id']}, release {self.id})"]
        if study["synthetic"]:
            about.append(str(study["synthetic_note"] or "SYNTHETIC DATA"))
        return "\n".join(about)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        first, *others = (escape(line) for line in str(self).splitlines())
        return f"<p><b>{first}</b></p>" + "".join(f"<p>{line}</p>" for line in others)


def _no_such(kind: str, name: str, own: Sequence[tuple[str, Any]]) -> UsageError:
    listed = ", ".join(f"{item.name} ({number})" for number, item in own)
    return UsageError(f"There is no {kind} '{name}'; choose among {listed}.")


def _names(given: str | Sequence[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


@dataclass(frozen=True)
class SurvivalFunctions:
    """The functions of schema `survival`, which estimate from the patients of the release.

    Each has the arguments that it has in SQL and gives the same columns: see docs/sql.md and
    docs/data-dictionary.md. `by_factor` splits by the levels of a factor; `landmark` counts from a
    day after the origin; `delayed_entry` counts each patient from the day a membership is known.
    Raise PlateauError with the sentence of the function, for immortal time too.
    """

    _folder: Path

    def km(self, endpoint: str, **arguments: Any) -> pl.DataFrame:
        """The Kaplan-Meier curve: a row per stratum and day."""
        return self._asked("km", (literal(endpoint),), arguments)

    def median(self, endpoint: str, **arguments: Any) -> pl.DataFrame:
        """The median in months with its limits: a row per stratum."""
        return self._asked("median", (literal(endpoint),), arguments)

    def rate(self, endpoint: str, months: Months, **arguments: Any) -> pl.DataFrame:
        """The Kaplan-Meier estimate at months: a row per stratum and month."""
        return self._asked("rate", (literal(endpoint), _listed(months)), arguments)

    def restricted_mean(self, endpoint: str, months: Months, **arguments: Any) -> pl.DataFrame:
        """The mean time without the event up to horizons: a row per stratum and horizon."""
        return self._asked("restricted_mean", (literal(endpoint), _listed(months)), arguments)

    def follow_up(self, endpoint: str, **arguments: Any) -> pl.DataFrame:
        """How long patients were followed: a row per stratum, statistic and set of patients."""
        return self._asked("follow_up", (literal(endpoint),), arguments)

    def incidence(self, endpoint: str, **arguments: Any) -> pl.DataFrame:
        """The cumulative incidence of either event: a row per stratum, event and day."""
        return self._asked("incidence", (literal(endpoint),), arguments)

    def incidence_rate(self, endpoint: str, months: Months, **arguments: Any) -> pl.DataFrame:
        """The cumulative incidence at months: a row per stratum, event and month."""
        return self._asked("incidence_rate", (literal(endpoint), _listed(months)), arguments)

    def log_rank(self, endpoint: str, by_factor: str, **arguments: Any) -> pl.DataFrame:
        """The log-rank test of the levels of a factor: one row."""
        return self._asked("log_rank", (literal(endpoint), literal(by_factor)), arguments)

    def subjects(self, endpoint: str, **arguments: Any) -> pl.DataFrame:
        """Who is counted: a row per patient, or per time in a group, entry and exit in days."""
        return self._asked("subjects", (literal(endpoint),), arguments)

    def _asked(
        self, function: str, positional: Sequence[str], named: dict[str, Any]
    ) -> pl.DataFrame:
        given = [*positional, *(f"{name} := {_sql(value)}" for name, value in named.items())]
        wrong = [name for name in named if not name.isidentifier()]
        if wrong:
            raise UsageError(f"'{wrong[0]}' is no argument of survival.{function}.")
        return asking.function_frame(self._folder, f"{function}({', '.join(given)})")


def _is_empty(at: Months) -> bool:
    return isinstance(at, Sequence) and not isinstance(at, str) and not at


def _sql(value: object) -> str:
    """An argument as SQL has it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Real):
        return repr(float(value))
    if isinstance(value, str):
        return literal(value)
    if isinstance(value, Sequence):
        return f"[{', '.join(_sql(one) for one in value)}]"
    raise UsageError(f"{value!r} cannot be an argument of a function of schema survival.")


def _listed(months: Months) -> str:
    return _sql(months_of(months))
