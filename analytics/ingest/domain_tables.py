"""The tables of `raw` that hold the records of a domain, and their columns."""

import duckdb

from analytics.study.adam_datasets import ADAM_DATASETS
from analytics.warehouse import quoted


def table_of(domain: str) -> str:
    """The table of a domain or ADaM dataset, quoted for SQL."""
    return f"raw.{quoted(_name(domain))}"


def columns_of(connection: duckdb.DuckDBPyConnection, domain: str) -> dict[str, str]:
    """The columns of the domain's table by their names in capitals; none without the table."""
    rows = connection.execute(
        "select column_name from duckdb_columns() where schema_name = 'raw' and table_name = ?",
        [_name(domain)],
    ).fetchall()
    return {str(name).upper(): str(name) for (name,) in rows}


def _name(domain: str) -> str:
    standard = "adam" if domain in ADAM_DATASETS else "sdtm"
    return f"{standard}_{domain.lower()}"
