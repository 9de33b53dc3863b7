"""Every column has a kind, and the limits of publication do what the kind says."""

import polars as pl
import pytest
import yaml
from project import PROJECT

from analytics.errors import BuildError
from analytics.release.disclosure import limit_schema, limited
from analytics.release.kinds import BI_COLUMNS, kind_of
from analytics.results.schemas import WRITTEN_TABLES, Kind
from analytics.study.specification import Publication
from analytics.warehouse import connect

ELEVEN = Publication(smallest_cell=11)
GOES = {Kind.SUBJECTS, Kind.AT_RISK, Kind.MISSING, Kind.COMPUTED, Kind.ONE_SUBJECT}
ONE = {
    "string": pl.Series(["x"], dtype=pl.String),
    "boolean": pl.Series([True], dtype=pl.Boolean),
    "int": pl.Series([1], dtype=pl.Int32),
    "bigint": pl.Series([1], dtype=pl.Int64),
    "double": pl.Series([1.0], dtype=pl.Float64),
}


def contracts() -> dict[str, pl.DataFrame]:
    """One row of each table of `bi`, in which every number is 1."""
    models = [
        model
        for path in (PROJECT / "dbt_project/models/bi").glob("[!_]*.yml")
        for model in yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)["models"]
    ]
    return {
        model["name"]: pl.DataFrame(
            {column["name"]: ONE[column["data_type"]] for column in model["columns"]}
        )
        for model in models
    }


BI = contracts()


@pytest.mark.parametrize("table", BI)
def test_every_column_of_bi_has_a_kind(table: str) -> None:
    for name, dtype in BI[table].schema.items():
        kind = kind_of(name, dtype)
        assert dtype != pl.Float64 or kind in {*GOES, Kind.MONTH, Kind.PLACE, Kind.SETTING}, name
        assert dtype != pl.Int64 or kind in {*GOES, Kind.SETTING}, name


def test_no_kind_is_said_twice_or_in_vain() -> None:
    written = {column.name for table in WRITTEN_TABLES for column in table.columns}
    shown = {name for frame in BI.values() for name in frame.columns}
    assert not set(BI_COLUMNS) & written
    assert set(BI_COLUMNS) <= shown


def test_a_name_has_one_kind_among_numbers_and_one_among_the_rest() -> None:
    for table in WRITTEN_TABLES:
        for column in table.columns:
            assert kind_of(column.name, column.dtype()) == column.kind, (table.name, column.name)


NO_ROW_OF_COUNTS = {
    "survival_curves": "a curve is shortened",
    "relative_survival_curves": "a curve is shortened",
    "analyses": "no count",
    "concordance": "no count",
    "convention_sensitivity": "no count",
    "external_checks": "numbers of others, not of subjects",
}


@pytest.mark.parametrize("table", sorted(set(BI) - set(NO_ROW_OF_COUNTS)))
def test_a_row_of_one_subject_loses_what_its_kinds_say_and_nothing_else(table: str) -> None:
    before = BI[table]
    after = limited({table: before}, ELEVEN)[table]
    for name, dtype in before.schema.items():
        kind = kind_of(name, dtype)
        if kind is Kind.STATUS:
            assert after[name][0].startswith("suppressed: fewer than 11"), name
        else:
            assert after[name].to_list() == ([None] if kind in GOES else before[name].to_list())


@pytest.mark.parametrize("publication", [Publication(), ELEVEN])
def test_a_column_without_a_kind_stops_the_build(publication: Publication) -> None:
    with connect(":memory:") as connection:
        connection.execute("create schema bi")
        connection.execute("create table bi.t as select 1::bigint as n_sisters")
        with pytest.raises(BuildError, match=r"Column 'n_sisters' \(Int64\) has no kind"):
            limit_schema(connection, "bi", publication, 30.4375, lambda _: None)


def test_a_number_that_takes_the_name_of_a_text_has_no_kind() -> None:
    with pytest.raises(BuildError, match=r"Column 'label' \(Float64\) has no kind"):
        kind_of("label", pl.Float64())
