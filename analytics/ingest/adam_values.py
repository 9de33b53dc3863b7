"""The variables of ADaM datasets that a study names itself, in one long table.

adam_names.csv says which variable holds a factor, a flag or the day of a fact. They are copied as
they stand, one row per record and variable, so that SQL joins to names and builds none.
"""

from collections.abc import Iterator
from typing import Final

import duckdb

from analytics.ingest.domain_tables import columns_of, table_of
from analytics.ingest.errors import IngestError
from analytics.study.adam_datasets import ADTTE, dataset_of
from analytics.study.specification import AdamEvent, AdamName, StudySpecification
from analytics.study.wording import nearest
from analytics.warehouse import literal, quoted

ADAM_VALUES: Final = "adam_value"
"""The table of `raw` with the variables of ADaM datasets that the study names."""


def load_adam_values(connection: duckdb.DuckDBPyConnection, spec: StudySpecification) -> None:
    """Write raw.adam_value from the tables of the ADaM datasets.

    Raises IngestError, one sentence for each, when no trial has a variable that the study names,
    no ADTTE a row of an endpoint, or no row what a line of adam_events.csv speaks of.
    """
    connection.execute(
        f"create or replace table raw.{ADAM_VALUES} (src_trial varchar, src_domain varchar, "
        "src_file varchar, src_row bigint, kind varchar, name varchar, variable varchar, "
        "value varchar)"
    )
    if not spec.has_adam:
        return
    missing: list[str] = []
    for item in spec.adam_names:
        dataset = _dataset(spec, item)
        held = _held(connection, dataset)
        if item.variable in held:
            _copy(connection, dataset, item)
        else:
            missing.append(_no_variable(dataset, item, held))
    missing += _endpoints_without_rows(connection, spec)
    missing += _events_without_rows(connection, spec)
    if missing:
        raise IngestError(*missing)


def _dataset(spec: StudySpecification, item: AdamName) -> str:
    timing = spec.factor(item.name).timing if item.kind in ("factor", "number") else None
    return dataset_of(item.kind, timing)


def _held(connection: duckdb.DuckDBPyConnection, dataset: str) -> list[str]:
    """The variables of the dataset's files."""
    rows = connection.execute(
        "select distinct variable from raw.ingest_variable where src_domain = ? order by 1",
        [dataset],
    ).fetchall()
    return [str(name) for (name,) in rows]


def _copy(connection: duckdb.DuckDBPyConnection, dataset: str, item: AdamName) -> None:
    column = quoted(columns_of(connection, dataset)[item.variable])
    connection.execute(
        f"insert into raw.{ADAM_VALUES} select src_trial, src_domain, src_file, src_row, "
        f"{literal(item.kind)}, {literal(item.name)}, {literal(item.variable)}, {column} "
        f"from {table_of(dataset)} where trim({column}) <> ''"
    )


def _no_variable(dataset: str, item: AdamName, held: list[str]) -> str:
    if not held:
        return (
            f"adam_names.csv: {item.kind} '{item.name}' is the variable {item.variable} of "
            f"{dataset}, but no trial has that dataset; add its file, or remove the line."
        )
    return (
        f"adam_names.csv: {item.kind} '{item.name}' is the variable {item.variable}, but no "
        f"{dataset} has it{nearest(item.variable, held)}; correct the line."
    )


def _endpoints_without_rows(
    connection: duckdb.DuckDBPyConnection, spec: StudySpecification
) -> Iterator[str]:
    """An endpoint that only ADTTE could have, and that it has not."""
    found = _distinct(connection, "paramcd")
    for endpoint in spec.endpoints:
        if not spec.has_sdtm and endpoint.paramcd not in found:
            yield (
                f"endpoints.csv: no row of {ADTTE} has the PARAMCD '{endpoint.paramcd}'"
                f"{nearest(endpoint.paramcd, found)}; correct it or remove the endpoint."
            )


def _events_without_rows(
    connection: duckdb.DuckDBPyConnection, spec: StudySpecification
) -> Iterator[str]:
    for event in spec.adam_events:
        if not _occurs(connection, event):
            asked = [
                f"{name} {value}"
                for name, value in (("CNSR", event.cnsr), ("EVNTDESC", event.evntdesc))
                if value is not None
            ]
            yield (
                f"{event.where}: no row of {ADTTE} has the PARAMCD {event.paramcd} with "
                f"{' and '.join(asked)}; correct the line or remove it."
            )


def _occurs(connection: duckdb.DuckDBPyConnection, event: AdamEvent) -> bool:
    found = connection.execute(
        f"select 1 from {table_of(ADTTE)} where trim(paramcd) = $1 "
        "and ($2 is null or try_cast(cnsr as double) = $2) "
        "and ($3 is null or regexp_replace(trim(upper(evntdesc)), '\\s+', ' ', 'g') "
        "= regexp_replace(trim(upper($3)), '\\s+', ' ', 'g')) limit 1",
        [event.paramcd, event.cnsr, event.evntdesc],
    ).fetchall()
    return bool(found)


def _distinct(connection: duckdb.DuckDBPyConnection, column: str) -> list[str]:
    rows = connection.execute(
        f"select distinct trim({column}) from {table_of(ADTTE)} "
        f"where trim({column}) <> '' order by 1"
    ).fetchall()
    return [str(value) for (value,) in rows]
