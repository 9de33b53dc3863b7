"""One transaction on a Postgres server; every refusal of the server is one sentence."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

import adbc_driver_manager
from adbc_driver_postgresql import dbapi

from analytics.serving.address import Address
from analytics.serving.errors import ServingError

LOCK_NOT_AVAILABLE: Final = "55P03"
DEPENDENTS: Final = "2BP01"
NO_RIGHT: Final = "42501"


class RefusedError(ServingError):
    """The server refused a statement; `sqlstate` says why."""

    def __init__(self, sentence: str, sqlstate: str | None) -> None:
        """Keep the code beside the sentence."""
        super().__init__(sentence)
        self.sqlstate = sqlstate


class Session:
    """Statements of one transaction, in order."""

    def __init__(self, connection: Any, address: Address) -> None:
        """Use this open connection, which is not in autocommit mode."""
        self._connection = connection
        self._address = address

    def run(self, statement: str) -> None:
        """Run a statement that answers nothing. Raises RefusedError."""
        with self._told(), self._connection.cursor() as cursor:
            cursor.execute(statement)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The answer of a query. Raises RefusedError."""
        with self._told(), self._connection.cursor() as cursor:
            cursor.execute(query)
            return [tuple(row) for row in cursor.fetchall()]

    def value(self, query: str) -> Any:
        """The one value of an answer; None when it has no row."""
        found = self.rows(query)
        return found[0][0] if found else None

    def load(self, schema: str, table: str, batches: Any) -> int:
        """Append an Arrow reader's batches to an existing table by COPY; the number of rows."""
        with self._told(), self._connection.cursor() as cursor:
            return int(cursor.adbc_ingest(table, batches, mode="append", db_schema_name=schema))

    def commit(self) -> None:
        """End the transaction well."""
        with self._told():
            self._connection.commit()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except adbc_driver_manager.Error as error:
            raise _refused(error, self._address) from error


@contextmanager
def session(address: Address) -> Iterator[Session]:
    """A session whose transaction is undone unless it was committed.

    Raises ServingError when the server cannot be reached or does not let the user in.
    """
    try:
        connection = dbapi.connect(address.uri)
    except adbc_driver_manager.Error as error:
        raise ServingError(
            f"{address} cannot be reached ({_fact(error, address)}); check the address, the user "
            "and the password, which PGPASSWORD or ~/.pgpass may hold."
        ) from error
    try:
        yield Session(connection, address)
    finally:
        with suppress(adbc_driver_manager.Error):
            connection.rollback()
        connection.close()


def _refused(error: adbc_driver_manager.Error, address: Address) -> RefusedError:
    code = getattr(error, "sqlstate", None)
    return RefusedError(
        f"{address} refused a step ({_fact(error, address)}); nothing that was served has changed.",
        code,
    )


def _fact(error: Exception, address: Address) -> str:
    """The server's own words in one line, without the driver's and without a password."""
    lines = [line.strip() for line in address.clean(str(error)).splitlines() if line.strip()]
    told = [line for line in lines if line.startswith(("ERROR:", "FATAL:", "DETAIL:"))]
    words = told or lines[:1]
    return "; ".join(line.split(":", 1)[1].strip() if told else line for line in words)
