"""The tables of schema `history`, their columns and words."""

from typing import Final

import duckdb

from analytics.warehouse import literal

TABLES: Final = {
    "release": (
        "One row per release published so far, this one included.",
        (
            (
                "release_order",
                "integer not null",
                "Position of the release among those published, from 1.",
            ),
            (
                "release_id",
                "varchar not null",
                "Release: a digest of its inputs, code and parameters.",
            ),
            (
                "previous_release_id",
                "varchar",
                "Release published before it. NULL: it is the first.",
            ),
            ("data_cutoffs", "varchar not null", "Data cut-off of each trial in this release."),
            ("n_subjects", "bigint not null", "Subjects analysed."),
        ),
    ),
    "headline_number": (
        "One row per release and headline number, as it was when it was published.",
        (
            (
                "release_id",
                "varchar not null",
                "Release: a digest of its inputs, code and parameters.",
            ),
            ("analysis_order", "integer not null", "Position of the analysis in the plan, from 1."),
            ("analysis_id", "varchar not null", "Analysis of plan.toml."),
            ("analysis_label", "varchar not null", "Analysis as people read it."),
            (
                "number",
                "varchar not null",
                "Kind of the number: a median, a rate, an incidence, a hazard ratio.",
            ),
            ("unit", "varchar not null", "months, percent or ratio."),
            ("model", "varchar", "Model within the analysis. NULL: a curve."),
            ("factor", "varchar", "Factor of a hazard ratio. NULL: a curve."),
            ("contrast", "varchar", "Levels that a hazard ratio compares. NULL: a curve."),
            ("event", "varchar", "Event that an incidence counts. NULL: not an incidence."),
            ("time_months", "double", "Month of a rate. NULL: not a rate."),
            ("n", "bigint", "Subjects."),
            ("n_event", "bigint", "Subjects with the event."),
            (
                "n_risk",
                "bigint",
                "Subjects at risk at the month of a rate, or at the latest month of a median and "
                "its limits. NULL: neither.",
            ),
            ("value", "double", "The number, never rounded. NULL: not estimable, or not reached."),
            (
                "ci_lower",
                "double",
                "Lower confidence limit, in the unit of the number. NULL: undefined.",
            ),
            (
                "ci_upper",
                "double",
                "Upper confidence limit, in the unit of the number. NULL: undefined.",
            ),
            ("status", "varchar not null", "ok, or not estimable with the reason."),
        ),
    ),
    "subject_change": (
        "One row per release, endpoint and kind of change since the release before: subjects.",
        (
            (
                "release_id",
                "varchar not null",
                "Release: a digest of its inputs, code and parameters.",
            ),
            ("endpoint", "varchar not null", "Endpoint (paramcd)."),
            ("endpoint_label", "varchar", "Endpoint as people read it."),
            ("change", "varchar not null", "Kind of the change, or unchanged."),
            ("n_subjects", "bigint not null", "Subjects whose endpoint changed in this way."),
        ),
    ),
}
"""Name -> words, and columns as name, type and words."""


def create_history(connection: duckdb.DuckDBPyConnection, database: str) -> None:
    """Create the schema and its tables, empty, in an attached database."""
    connection.execute(f"create schema {database}.history")
    for name, (words, columns) in TABLES.items():
        table = f"{database}.history.{name}"
        types = ", ".join(f"{column} {of_type}" for column, of_type, _ in columns)
        connection.execute(f"create table {table} ({types})")
        connection.execute(f"comment on table {table} is {literal(words)}")
        for column, _, its_words in columns:
            connection.execute(f"comment on column {table}.{column} is {literal(its_words)}")
