"""The SQLAlchemy dialect that lets Great Expectations read DuckDB.

Great Expectations closes its connection before it fetches; the rollback on close throws away
DuckDB's pending result and most expectations end in an error. On a read-only file transactions
have nothing to do, so this dialect leaves them out. URL: `duckdb+ro:////absolute/path.duckdb`.
"""

from typing import Any, Final

from duckdb_engine import Dialect as DuckDBDialect
from sqlalchemy.dialects import registry

_OPENED: Final[list[Any]] = []


class Dialect(DuckDBDialect):
    """DuckDB without transactions, for files opened read-only."""

    driver = "ro"
    supports_statement_cache = False

    def connect(self, *arguments: Any, **options: Any) -> Any:
        """Connect, and remember the connection for `close_connections`."""
        connection = super().connect(*arguments, **options)
        _OPENED.append(connection)
        return connection

    def do_begin(self, dbapi_connection: Any) -> None:
        """Leave `begin` out."""

    def do_commit(self, dbapi_connection: Any) -> None:
        """Leave `commit` out."""

    def do_rollback(self, dbapi_connection: Any) -> None:
        """Leave `rollback` out: it would discard the pending result."""


def close_connections() -> None:
    """Close every connection: pools keep theirs, and a file stays locked as long as one is open."""
    while _OPENED:
        _OPENED.pop().close()


def register() -> None:
    """Make `duckdb+ro` known to SQLAlchemy."""
    registry.register("duckdb.ro", __name__, "Dialect")
