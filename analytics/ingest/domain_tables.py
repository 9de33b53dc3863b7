"""The tables of `raw` that hold the records of a domain, and their columns."""

import duckdb

from analytics.warehouse import quoted


def table_of(domain: str) -> str:
    """The table of a domain, quoted for SQL."""
    return f"raw.{quoted('sdtm_' + domain.lower())}"


def columns_of(connection: duckdb.DuckDBPyConnection, domain: str) -> dict[str, str]:
    """The columns of the domain's table by their names in capitals; none without the table."""
    rows = connection.execute(
        "select column_name from duckdb_columns() where schema_name = 'raw' and table_name = ?",
        [f"sdtm_{domain.lower()}"],
    ).fetchall()
    return {str(name).upper(): str(name) for (name,) in rows}
