"""One transaction on a Postgres server; every refusal of the server is reported in one sentence."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

import adbc_driver_manager
from adbc_driver_postgresql import dbapi

from analytics.serving.address import Address
from analytics.serving.errors import ServingError

_WORDS: Final = re.compile(r"(?:ERROR|FATAL|DETAIL): +(.+)")
_DRIVER: Final = re.compile(r"^[A-Z_]+: \[libpq\] ")
DEPENDENTS: Final = "2BP01"
NO_RIGHT: Final = "42501"


class RefusedError(ServingError):
    """The server refused a statement; `sqlstate` says why."""

    def __init__(self, address: Address, fact: str, sqlstate: str | None) -> None:
        """Keep the server's words and its code beside the sentence."""
        super().__init__(f"{address} refused a step ({fact}); nothing that was served has changed.")
        self.fact = fact
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

    def tidy(self, statements: Iterable[str]) -> None:
        """Run statements outside any transaction, after the commit; one that fails is left."""
        self._connection.adbc_connection.set_autocommit(True)
        for statement in statements:
            with suppress(adbc_driver_manager.Error), self._connection.cursor() as cursor:
                cursor.execute(statement)
        self._connection.adbc_connection.set_autocommit(False)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except adbc_driver_manager.Error as error:
            code = getattr(error, "sqlstate", None)
            raise RefusedError(self._address, _fact(error, self._address), code) from error


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


def _fact(error: Exception, address: Address) -> str:
    """The server's own words in one line, without the driver's and without a password."""
    text = address.clean(str(error))
    told = [found.strip() for found in _WORDS.findall(text)]
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return "; ".join(told or [_DRIVER.sub("", line) for line in lines[:1]])
