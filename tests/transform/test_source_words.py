"""dbt's pages describe what Python wrote in the words of the database."""

from types import SimpleNamespace

import duckdb

from analytics.transform.source_words import describe_sources


def source(schema: str, table: str, description: str = "") -> SimpleNamespace:
    return SimpleNamespace(schema=schema, identifier=table, description=description, columns={})


def test_a_source_without_words_takes_the_comments_of_its_table() -> None:
    sources = {
        "written": source("results", "rates"),
        "described": source("raw", "dm", "One row per record."),
        "absent": source("results", "curves"),
    }
    with duckdb.connect() as connection:
        connection.execute("create schema results; create schema raw")
        connection.execute("create table results.rates (stratum varchar, n bigint)")
        connection.execute("create table raw.dm (usubjid varchar)")
        connection.execute("comment on table results.rates is 'One row per stratum.'")
        connection.execute("comment on column results.rates.n is 'Subjects.'")
        connection.execute("comment on table raw.dm is 'Another text.'")
        describe_sources(SimpleNamespace(sources=sources), connection)
    written = sources["written"]
    assert written.description == "One row per stratum."
    assert [(item.name, item.description) for item in written.columns.values()] == [
        ("stratum", ""),
        ("n", "Subjects."),
    ]
    assert sources["described"].description == "One row per record."
    assert sources["absent"].description == ""
