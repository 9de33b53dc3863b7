"""A plugin of dbt-duckdb: the connection reads files of one folder and of no other place."""

import os
from pathlib import Path

import duckdb
from dbt.adapters.duckdb.plugins import BasePlugin

from analytics.transform.spark.store import FOLDER
from analytics.warehouse import close_to_all_but


class Plugin(BasePlugin):
    """Found by dbt-duckdb under this name."""

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        """Allow the folder, then close the connection to everything else."""
        close_to_all_but(conn, [Path(os.environ[FOLDER])])
