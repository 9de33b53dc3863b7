"""Readers loop through twenty publications: whole releases only, and never an error."""

import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from adbc_driver_postgresql import dbapi
from postgres_server import Server, running_server
from served_release import N_LINES, change_bi, write_release

from analytics.serving.address import address_of
from analytics.serving.publish import Options, publish

PUBLICATIONS = 20
WHOLE = (
    "select min(generation)::bigint, max(generation)::bigint, count(*)::bigint from "
    "(select generation from bi.lines union all select generation from bi.about) as t"
)
Answer = tuple[int, int, int]
Ask = Callable[[dbapi.Cursor], Answer]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    yield from running_server()


def one_statement(cursor: dbapi.Cursor) -> Answer:
    cursor.execute(WHOLE)
    return tuple(cursor.fetchone())


def snapshot_of_about(cursor: dbapi.Cursor) -> Answer:
    """One snapshot, taken on one table, in which the other is read later.

    A table made after the snapshot was taken would be found empty.
    """
    cursor.execute("set transaction isolation level repeatable read")
    cursor.execute("select min(generation)::bigint, count(*)::bigint from bi.about")
    first, n_about = cursor.fetchone()
    cursor.execute("select max(generation)::bigint, count(*)::bigint from bi.lines")
    second, n_lines = cursor.fetchone()
    return first, second, n_about + n_lines


def snapshot_of_lines(cursor: dbapi.Cursor) -> Answer:
    """The same in the other order."""
    cursor.execute("set transaction isolation level repeatable read")
    cursor.execute("select min(generation)::bigint from bi.lines")
    (first,) = cursor.fetchone()
    cursor.execute(WHOLE)
    low, high, n = cursor.fetchone()
    assert low == first
    return low, high, n


class Reader(threading.Thread):
    """Asks again and again, each time in a transaction of its own."""

    def __init__(self, server: Server, ask: Ask, stop: threading.Event) -> None:
        super().__init__()
        self.server, self.ask, self.stop = server, ask, stop
        self.answers: list[Answer] = []
        self.error: Exception | None = None

    def run(self) -> None:
        try:
            with dbapi.connect(self.server.uri()) as connection:
                while not self.stop.wait(0.005):
                    with connection.cursor() as cursor:
                        self.answers.append(self.ask(cursor))
                    connection.rollback()
        except Exception as error:
            self.error = error


def prepared_plans(server: Server, stop: threading.Event) -> "subprocess.Popen[str]":
    """A session of psql that executes one prepared statement until it is told to stop."""
    psql = shutil.which("psql")
    assert psql is not None, "psql comes with the server"
    process = subprocess.Popen(
        [psql, "--no-psqlrc", "-v", "ON_ERROR_STOP=1", "-qAt", server.uri()],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )

    def ask() -> None:
        assert process.stdin is not None
        process.stdin.write(f"prepare whole as {WHOLE};\n")
        while not stop.wait(0.01):
            process.stdin.write("execute whole;\n")
            process.stdin.flush()

    threading.Thread(target=ask).start()
    return process


def test_readers_see_whole_releases_through_twenty_publications(
    server: Server, tmp_path: Path
) -> None:
    address, options = address_of(server.uri()), Options(reader_role=None, wait=30)
    releases = [write_release(tmp_path / f"r{i}", i) for i in range(1, PUBLICATIONS + 2)]
    publish(releases[0], address, options)
    stop = threading.Event()
    asks = [one_statement, one_statement, snapshot_of_about, snapshot_of_lines]
    readers = [Reader(server, ask, stop) for ask in asks]
    process = prepared_plans(server, stop)
    for reader in readers:
        reader.start()
    try:
        for release in releases[1:]:
            publish(release, address, options)
    finally:
        stop.set()
        for reader in readers:
            reader.join()
        out, errors = process.communicate(timeout=20)
    assert errors == ""
    prepared = [tuple(map(int, line.split("|"))) for line in out.splitlines()]
    for answers in (prepared, *(reader.answers for reader in readers)):
        assert {low - high for low, high, _ in answers} == {0}
        assert {n for _, _, n in answers} == {N_LINES + 2}
        generations = [low for low, _, _ in answers]
        assert generations == sorted(generations)
        assert len(set(generations)) > PUBLICATIONS / 2
    assert [reader.error for reader in readers] == [None] * len(readers)


def test_a_reader_that_holds_one_table_and_waits_for_another_is_no_deadlock(
    server: Server, tmp_path: Path
) -> None:
    """Columns have changed: the publication steps back before the server looks for a victim."""
    address, options = address_of(server.uri()), Options(reader_role=None, wait=30)
    publish(write_release(tmp_path / "r1", 1), address, options)
    newer = change_bi(
        write_release(tmp_path / "r2", 2),
        "alter table about add column n integer; alter table lines add column n integer",
    )
    with dbapi.connect(server.uri()) as connection, connection.cursor() as cursor:
        cursor.execute("select generation::bigint from bi.lines limit 1")
        assert cursor.fetchone() == (1,)
        publication = threading.Thread(target=publish, args=(newer, address, options))
        publication.start()
        for _ in range(15):  # 3 s, longer than the deadlock timeout
            cursor.execute("select generation::bigint, pg_sleep(0.2)::text from bi.about")
            assert cursor.fetchone()[0] == 1
        assert publication.is_alive()
        connection.rollback()
        publication.join()
    assert server.rows("select distinct generation from bi.lines") == [(2,)]
    assert server.rows(
        "select deadlocks::bigint from pg_stat_database where datname = 'postgres'"
    ) == [(0,)]


@pytest.fixture(autouse=True)
def clean(server: Server) -> None:
    server.run("drop schema if exists bi cascade")
