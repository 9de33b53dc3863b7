"""A Postgres server of the tests' own: a new cluster on a free port, thrown away at the end."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from adbc_driver_postgresql import dbapi

OWNER = "plateau_tests"


@dataclass(frozen=True)
class Server:
    """Where the cluster listens; its superuser is `OWNER`, let in without a password."""

    port: int

    def uri(self, user: str = OWNER, database: str = "postgres", password: str = "") -> str:
        secret = f":{password}" if password else ""
        return f"postgresql://{user}{secret}@localhost:{self.port}/{database}"

    def rows(self, query: str, user: str = OWNER) -> list[tuple]:
        with dbapi.connect(self.uri(user)) as connection, connection.cursor() as cursor:
            cursor.execute(query)
            return [tuple(row) for row in cursor.fetchall()]

    def run(self, *statements: str, user: str = OWNER) -> None:
        with dbapi.connect(self.uri(user)) as connection:
            for statement in statements:
                with connection.cursor() as cursor:
                    cursor.execute(statement)
            connection.commit()


def program(name: str) -> Path | None:
    """A server program, on the path or where Debian keeps it."""
    found = shutil.which(name)
    packaged = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return Path(found) if found else next(reversed(packaged), None)


def owner_of_files() -> str | None:
    """The user a server runs as when the tests run as root, which Postgres refuses."""
    if os.getuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def as_user(user: str | None, command: Sequence[object]) -> list[str]:
    """The command, run by that user.

    `subprocess` would change the user after a fork, which copies the tests' process and is
    refused where that holds more memory than is left; a program that changes it needs no fork.
    """
    if user is None:
        return list(map(str, command))
    group = pwd.getpwnam(user).pw_gid
    change = ["setpriv", f"--reuid={user}", f"--regid={group}", "--init-groups", "--"]
    return [*change, *map(str, command)]


def running_server() -> Iterator[Server]:
    """A server that runs until the iterator is closed; the test is skipped where none is."""
    initdb, postgres = program("initdb"), program("postgres")
    if initdb is None or postgres is None:
        pytest.skip("no Postgres server is installed here (initdb, postgres)")
    user = owner_of_files()
    folder = Path(tempfile.mkdtemp(prefix="plateau-pg-", dir="/tmp"))
    folder.chmod(0o755)
    data = folder / "data"
    if user is not None:
        shutil.chown(folder, user)
    new_cluster = [initdb.resolve(), "-D", data, "-U", OWNER, "-A", "trust", "-E", "UTF8"]
    subprocess.run(
        as_user(user, [*new_cluster, "--no-sync"]), cwd=folder, check=True, capture_output=True
    )
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    log = (folder / "log").open("wb")
    settings = [f"port={port}", f"unix_socket_directories={folder}", "fsync=off"]
    process = subprocess.Popen(
        as_user(user, [postgres.resolve(), "-D", data, *(x for s in settings for x in ("-c", s))]),
        cwd=folder,
        stdout=log,
        stderr=log,
    )
    try:
        wait_until_ready(Server(port), process, folder / "log")
        yield Server(port)
    finally:
        process.send_signal(2)  # SIGINT: fast shutdown
        process.wait(timeout=20)
        log.close()
        shutil.rmtree(folder, ignore_errors=True)


def wait_until_ready(server: Server, process: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(100):
        assert process.poll() is None, log.read_text()
        try:
            assert server.rows("select 1") == [(1,)]
            return
        except dbapi.OperationalError:
            time.sleep(0.1)
    raise AssertionError(log.read_text())
