"""A release in a real Postgres: types, words, rights, and nothing changed by a failure."""

import datetime
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from adbc_driver_postgresql import dbapi
from postgres_server import OWNER, Server, running_server
from project import PROJECT
from served_release import N_LINES, change_bi, write_release
from typer.testing import CliRunner, Result

from analytics.cli import app
from analytics.serving.address import address_of, is_protected
from analytics.serving.errors import ServingError
from analytics.serving.publish import Options, Served, publish
from analytics.serving.session import Session

QUICK = Options(wait=0.3)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    yield from running_server()


@pytest.fixture
def release(tmp_path: Path) -> Path:
    return write_release(tmp_path / "r1")


@pytest.fixture(autouse=True)
def clean(request: pytest.FixtureRequest) -> Iterator[None]:
    """Each test finds the server as it was new."""
    yield
    if "server" in request.fixturenames:
        server: Server = request.getfixturevalue("server")
        for (name,) in server.rows(
            "select nspname::text from pg_namespace "
            "where nspname !~ '^(pg_|information_schema|public)'"
        ):
            server.run(f'drop schema "{name}" cascade')
        for (name,) in server.rows(
            f"select rolname::text from pg_roles where rolname !~ '^pg_' and rolname <> '{OWNER}'"
        ):
            server.run(f'drop owned by "{name}"', f'drop role "{name}"')


def serve(server: Server, release: Path, options: Options = QUICK, user: str = OWNER) -> Served:
    return publish(release, address_of(server.uri(user)), options)


def refusal(server: Server, release: Path, options: Options = QUICK, user: str = OWNER) -> str:
    with pytest.raises(ServingError) as caught:
        serve(server, release, options, user)
    return str(caught.value)


def schemas(server: Server) -> set[str]:
    rows = server.rows("select nspname::text from pg_namespace where nspname !~ '^(pg_|info)'")
    return {name for (name,) in rows} - {"public"}


def test_rows_types_keys_and_comments_are_those_of_the_release(
    server: Server, release: Path
) -> None:
    served = serve(server, release)
    assert (served.release_id, served.tables, served.rows) == (
        "r1",
        {"bi": 2},
        {"bi": N_LINES + 2},
    )
    assert served.seconds > 0 and served.rows_per_second > 0
    assert server.rows(
        "select column_name::text, data_type::text, is_nullable::text "
        "from information_schema.columns "
        "where table_schema = 'bi' and table_name = 'lines' order by ordinal_position"
    ) == [
        ("line", "bigint", "NO"),
        ("generation", "bigint", "NO"),
        ("label", "text", "YES"),
        ("share", "double precision", "YES"),
        ("is_shown", "boolean", "YES"),
        ("known_on", "date", "YES"),
    ]
    assert server.rows("select * from bi.lines order by line")[1] == (
        1,
        1,
        "Line 1",
        1 / 3.0,
        False,
        datetime.date(1960, 1, 1),
    )
    assert server.rows(f"select * from bi.lines where line = {N_LINES}") == [
        (N_LINES, 1, None, None, None, None)
    ]
    assert server.rows(
        "select conrelid::regclass::text, pg_get_constraintdef(oid) from pg_constraint "
        "where connamespace = 'bi'::regnamespace order by 1"
    ) == [("bi.about", "PRIMARY KEY (study_id)"), ("bi.lines", "PRIMARY KEY (line)")]
    assert server.rows(
        "select obj_description('bi.lines'::regclass), col_description('bi.lines'::regclass, 4), "
        "obj_description('bi'::regnamespace, 'pg_namespace')"
    ) == [
        (
            'One row per line; it\'s "$plateau$" all the same.',
            "Share of the line.",
            "Plateau: study small, release r1. It's a small study. SYNTHETIC DATA: nobody's.",
        )
    ]


def test_the_default_study_is_served_to_the_last_value(
    server: Server, default_release: Path
) -> None:
    served = serve(server, default_release, replace(QUICK, marts=True))
    assert served.tables["marts"] > 10 and served.rows["marts"] > 10_000
    with duckdb.connect(str(default_release / "warehouse.duckdb"), read_only=True) as connection:
        tables = connection.execute(
            "select schema_name, table_name, comment from duckdb_tables() "
            "where schema_name in ('bi', 'marts') order by all"
        ).fetchall()
        for schema, table, comment in tables:
            expected = connection.sql(f"select * from {schema}.{table}").pl()
            with dbapi.connect(server.uri()) as reader, reader.cursor() as cursor:
                cursor.execute(f"select * from {schema}.{table}")
                found = cursor.fetch_polars()
            assert found.columns == expected.columns
            typed = expected.cast(dict(found.schema))
            order = found.columns
            assert found.sort(order).equals(typed.sort(order)), f"{schema}.{table}"
            assert server.rows(f"select obj_description('{schema}.{table}'::regclass)") == [
                (comment,)
            ]


def test_a_second_release_takes_the_place_of_the_first(
    server: Server, release: Path, tmp_path: Path
) -> None:
    serve(server, release)
    newer = change_bi(
        write_release(tmp_path / "r2", 2), "drop table about; create table extra as select 1 as n"
    )
    serve(server, newer)
    assert server.rows("select distinct generation from bi.lines") == [(2,)]
    assert server.rows(
        "select tablename::text from pg_tables where schemaname = 'bi' order by 1"
    ) == [
        ("extra",),
        ("lines",),
    ]
    assert schemas(server) == {"bi"}


def test_the_reader_role_reads_and_does_nothing_else(server: Server, release: Path) -> None:
    server.run("create role analyst login")
    serve(server, release, replace(QUICK, marts=True))
    server.run("grant plateau_reader to analyst")
    assert server.rows("select count(*) from bi.lines", user="analyst") == [(N_LINES + 1,)]
    for statement in (
        "delete from bi.lines",
        "insert into bi.about values ('x', 1)",
        "create table bi.own (n int)",
        "drop table bi.lines",
        "select * from marts.subjects",
    ):
        with pytest.raises(dbapi.Error, match=r"permission denied|must be owner"):
            server.run(statement, user="analyst")
    assert server.rows(
        "select rolcanlogin, rolsuper from pg_roles where rolname = 'plateau_reader'"
    ) == [(False, False)]
    serve(server, release)
    assert server.rows("select count(*) from bi.lines", user="analyst") == [(N_LINES + 1,)]


def test_marts_are_served_only_when_asked_and_read_only_by_their_own_role(
    server: Server, release: Path
) -> None:
    server.run("create role trialist login")
    serve(server, release)
    assert schemas(server) == {"bi"}
    serve(server, release, replace(QUICK, marts=True, marts_role="trialist", reader_role=None))
    assert server.rows("select * from marts.subjects", user="trialist") == [("S-1", 1)]
    with pytest.raises(dbapi.Error, match="permission denied"):
        server.rows("select * from bi.about", user="trialist")
    assert refusal(server, release, replace(QUICK, marts=True, marts_role="nobody_here")) == (
        "There is no role nobody_here on the server; a role that reads patient-level rows is "
        "not created automatically, so create it first."
    )


def test_who_reads_the_tables_for_people_does_not_read_the_marts_too(
    server: Server, release: Path
) -> None:
    server.run("create role trialist", "create role plateau_reader", "create role boss superuser")
    marts = replace(QUICK, marts=True)
    assert refusal(server, release, replace(marts, marts_role="plateau_reader")) == (
        "Role plateau_reader cannot read both the tables of bi and the patient-level marts, which "
        "have other readers; name another role with --marts-role."
    )
    server.run("grant trialist to plateau_reader")
    assert refusal(server, release, replace(marts, marts_role="trialist")) == (
        "Role plateau_reader is a member of trialist, so all readers of the tables for people "
        "would read the patient-level marts; take the membership away, or name another role with "
        "--marts-role."
    )
    for role, sentence in [
        ("boss", "Role boss is a superuser and reads everything anyway; "),
        ("pg_read_all_data", "Role pg_read_all_data is one of the server's own, "),
        ("public", "Role public is one of the server's own, "),
    ]:
        assert refusal(server, release, replace(QUICK, reader_role=role)).startswith(sentence)
        assert refusal(server, release, replace(marts, marts_role=role)).startswith(sentence)
    assert schemas(server) == set()


def test_a_failure_half_way_leaves_what_was_served(
    server: Server, release: Path, tmp_path: Path
) -> None:
    serve(server, release)
    broken = write_release(tmp_path / "r2", 2)
    change_bi(broken, "update lines set label = 'a' || chr(0) || 'b' where line = 400")
    sentence = refusal(server, broken)
    assert sentence.startswith(
        f"postgresql://{OWNER}@localhost:{server.port}/postgres refused a step ("
    )
    assert sentence.endswith("; nothing that was served has changed.")
    assert "\n" not in sentence
    assert server.rows("select distinct generation from bi.lines") == [(1,)]
    assert schemas(server) == {"bi"}


def test_a_type_that_no_contract_uses_is_refused(server: Server, release: Path) -> None:
    change_bi(release, "create table odd as select interval 1 day as length")
    assert refusal(server, release) == (
        "odd.length has the type INTERVAL, which is not served; cast it in its dbt model to "
        "string, int, bigint, double, date or boolean."
    )


def test_tables_of_others_are_never_replaced(server: Server, release: Path, tmp_path: Path) -> None:
    server.run("create schema bi", "create table bi.mine as select 1 as n")
    assert refusal(server, release) == (
        "Schema bi holds other tables, which a publication would remove; choose another name with "
        "--schema (--marts-schema for the marts), or another database."
    )
    assert server.rows("select n from bi.mine") == [(1,)]
    serve(server, release, replace(QUICK, schema="trial"))
    other = write_release(tmp_path / "other", study="other")
    assert refusal(server, other, replace(QUICK, schema="trial")).startswith(
        "Schema trial holds tables of study small, which a publication would remove; "
    )
    assert server.rows("select study_id from trial.about") == [("small",)]


WIDER = "alter table lines add column share_squared double"


def test_views_and_rights_of_others_stay(server: Server, release: Path, tmp_path: Path) -> None:
    server.run("create role guest login")
    serve(server, release)
    server.run(
        "create schema mine",
        "create view mine.shown as select generation from bi.lines",
        "grant usage on schema bi to guest",
        "grant select on bi.about to guest",
    )
    serve(server, write_release(tmp_path / "r2", 2))
    assert server.rows("select distinct generation from mine.shown") == [(2,)]
    assert server.rows("select generation from bi.about", user="guest") == [(2,)]


def test_a_view_on_a_table_whose_columns_change_is_named_and_kept(
    server: Server, release: Path, tmp_path: Path
) -> None:
    serve(server, release)
    server.run("create schema mine", "create view mine.shown as select line from bi.lines")
    wider = change_bi(write_release(tmp_path / "r2", 2), WIDER)
    assert refusal(server, wider) == (
        "A table of schema bi has changed its columns, and another object depends on it (cannot "
        "drop table bi.lines because other objects depend on it; view mine.shown depends on table "
        "bi.lines); drop that object, publish, and create it again."
    )
    assert server.rows("select count(*) from mine.shown") == [(N_LINES + 1,)]
    assert schemas(server) == {"bi", "mine"}


def test_a_table_whose_columns_change_is_exchanged(
    server: Server, release: Path, tmp_path: Path
) -> None:
    serve(server, release)
    server.run("create role analyst login", "grant plateau_reader to analyst")
    serve(server, change_bi(write_release(tmp_path / "r2", 2), WIDER))
    assert server.rows(
        "select count(*)::bigint, count(share_squared)::bigint, max(generation)::bigint "
        "from bi.lines",
        user="analyst",
    ) == [(N_LINES + 1, 0, 2)]
    assert schemas(server) == {"bi"}
    serve(server, release)
    with pytest.raises(dbapi.Error, match="share_squared"):
        server.rows("select share_squared from bi.lines")


def test_a_reader_keeps_nobody_waiting_unless_columns_change(
    server: Server, release: Path, tmp_path: Path
) -> None:
    serve(server, release)
    address = server.uri() + "?application_name=dashboard"
    with dbapi.connect(address) as reader, reader.cursor() as cursor:
        cursor.execute("set transaction isolation level repeatable read")
        cursor.execute("select count(*) from bi.about")
        assert cursor.fetchall() == [(1,)]
        serve(server, write_release(tmp_path / "r2", 2))
        cursor.execute("select distinct generation from bi.lines")
        assert cursor.fetchall() == [(1,)]
        sentence = refusal(server, change_bi(write_release(tmp_path / "r3", 3), WIDER))
        assert sentence.startswith(
            "Tables of schema bi have changed their columns, and readers have held them for 0.3 s "
            "(process "
        )
        assert f" of {OWNER} dashboard); nothing that was served has changed." in sentence
    assert server.rows("select distinct generation from bi.lines") == [(2,)]


def test_two_publications_to_one_schema_do_not_meet(server: Server, release: Path) -> None:
    with dbapi.connect(server.uri()) as other, other.cursor() as cursor:
        cursor.execute("select pg_advisory_lock(hashtext('plateau bi'))")
        cursor.fetchall()
        assert refusal(server, release) == (
            "Another publication to schema bi is running; wait until it has ended."
        )


KILLED_MIDWAY = """
import os, signal, sys
from pathlib import Path
from analytics.serving import publish as serving
from analytics.serving.address import address_of
from analytics.serving.session import Session

load = Session.load
def killed(session, schema, table, batches):
    n = load(session, schema, table, batches)
    if table == "lines":
        os.kill(os.getpid(), signal.SIGKILL)
    return n
Session.load = killed
serving.publish(Path(sys.argv[1]), address_of(sys.argv[2]), serving.Options())
"""


def test_a_publisher_that_is_killed_midway_leaves_the_old_rows(
    server: Server, release: Path, tmp_path: Path
) -> None:
    serve(server, release)
    newer = write_release(tmp_path / "r2", 2)
    run = subprocess.run(
        [sys.executable, "-c", KILLED_MIDWAY, newer, server.uri()], cwd=PROJECT, check=False
    )
    assert run.returncode == -signal.SIGKILL
    assert server.rows("select distinct generation from bi.lines") == [(1,)]
    serve(server, newer)  # no lock of the killed one is left
    assert server.rows("select distinct generation from bi.lines") == [(2,)]


def test_a_server_that_ends_midway_leaves_the_old_rows(
    server: Server, release: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(server, release)
    load = Session.load

    def ended(session: Session, schema: str, table: str, batches: object) -> int:
        n = load(session, schema, table, batches)
        server.run(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where state = 'idle in transaction'"
        )
        return n

    monkeypatch.setattr(Session, "load", ended)
    sentence = refusal(server, write_release(tmp_path / "r2", 2))
    assert "refused a step (" in sentence
    assert sentence.endswith("nothing that was served has changed.")
    assert server.rows("select distinct generation from bi.lines") == [(1,)]


def test_rights_that_are_missing_are_told_before_the_work(server: Server, release: Path) -> None:
    server.run("create role loader login")
    assert refusal(server, release, user="loader") == (
        "There is no role plateau_reader on the server and the user may not create one; ask an "
        'administrator to run: create role "plateau_reader" nologin; or name another with '
        "--reader-role ('' for none)."
    )
    alone = replace(QUICK, reader_role=None)
    assert refusal(server, release, alone, user="loader") == (
        "User loader may not create schema bi in database postgres; an administrator can allow it "
        "with: "
        'grant create on database "postgres" to "loader"'
    )
    server.run("grant create on database postgres to loader")
    serve(server, release, alone, user="loader")
    assert server.rows("select study_id from bi.about", user="loader") == [("small",)]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            Options(marts_role="x"),
            "--marts-role needs the marts; add --marts.",
        ),
        (
            Options(marts=True, marts_schema="bi"),
            "Schema bi cannot hold both the tables of bi and the marts, which have other "
            "readers; give --marts-schema another name.",
        ),
        (
            Options(schema="pg_bi"),
            "'pg_bi' is not a valid schema name; use at most 57 bytes and do not begin with pg_.",
        ),
    ],
)
def test_a_wrong_call_is_one_sentence(release: Path, options: Options, sentence: str) -> None:
    with pytest.raises(ServingError) as caught:
        publish(release, address_of("postgresql://localhost:1/x"), options)
    assert str(caught.value) == sentence
    assert caught.value.exit_code == 2


def command(releases: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["publish", "--releases", str(releases), *arguments])


def test_the_command_tells_rows_seconds_and_rows_per_second(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = write_release(tmp_path / "releases/small/r1")
    (release.parent / "current").symlink_to("r1")
    monkeypatch.setenv("PLATEAU_TO", server.uri(password="s3cret"))
    result = command(tmp_path / "releases", "--marts")
    assert result.exit_code == 0, result.stderr
    first, second, third = result.stdout.splitlines()
    assert (first, second) == (f"bi: 2 tables, {N_LINES + 2} rows", "marts: 1 table, 1 row")
    assert third.endswith(" rows per second")
    assert "s3cret" not in result.output
    assert result.stderr == (
        f"Release r1 is served from postgresql://{OWNER}:***@localhost:{server.port}/postgres\n"
    )


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://loader:s3cr%40t@localhost:1/x",
        "postgresql://localhost:1/x?user=loader&password=s3cr%40t",
        "postgresql://localhost:1/x?user=loader&p%61ssword=s3cr%40t",
        "postgresql://localhost:1/x?user=loader&sslkey=k&sslp%61ssword=s3cr",
        "postgresql://localhost:1/x?user=loader&scram_client_key=s3cr",
        "postgresql://loader:s3cr@t@localhost:1/x",
        "postgresql://loader:s3cr/t@localhost:1/x",
        "postgresql://loader:s3cr#t@localhost:1/x",
        "postgresql://loader:s3cr%t@localhost:1/x",
        "postgres://loader:s3cr@localhost:notaport/x",
        "mysql://loader:s3cr@localhost/x",
        "host=localhost password=s3cr",
    ],
)
@pytest.mark.parametrize("is_in_a_variable", [True, False])
def test_a_password_is_never_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str, is_in_a_variable: bool
) -> None:
    release = write_release(tmp_path / "releases/small/r1")
    (release.parent / "current").symlink_to("r1")
    if is_in_a_variable:
        monkeypatch.setenv("PLATEAU_TO", address)
    result = command(tmp_path / "releases", *(() if is_in_a_variable else ("--to", address)))
    assert result.exit_code in {2, 4}
    assert result.stderr.startswith("plateau: ")
    assert len(result.stderr.splitlines()) == 1
    assert "s3cr" not in result.output
    assert "cr@t" not in result.output


def test_a_password_on_the_command_line_is_refused(tmp_path: Path) -> None:
    release = write_release(tmp_path / "releases/small/r1")
    (release.parent / "current").symlink_to("r1")
    result = command(tmp_path / "releases", "--to", "postgresql://u:s3cr@localhost:1/x")
    assert result.exit_code == 2
    assert result.stderr == (
        "plateau: The value of --to contains a password, which other users of this machine see in "
        "the list of processes; put it in PGPASSWORD, ~/.pgpass or a service file, or the whole "
        "address in the variable PLATEAU_TO.\n"
    )


PROTECTED: dict[str, dict[str, str]] = {
    "postgresql://localhost/x": {},
    "postgresql://u@127.0.0.1:5432/x": {},
    "postgresql://[::1]:5432/x": {},
    "postgresql:///x": {},
    "postgresql://%2Fvar%2Frun%2Fpostgresql/x": {},
    "postgresql:///x?host=/var/run/postgresql": {},
    "postgresql://db.example.org/x?sslmode=verify-full": {},
    "postgresql://db.example.org/x?ssl%6Dode=verify-full": {},
    "postgresql://db.example.org/x": {"PGSSLMODE": "verify-full"},
    "postgresql://db.example.org/x?service=s&sslmode=verify-full": {},
    "postgresql://db.example.org/x?hostaddr=127.0.0.1": {},
    "postgresql:///y": {"PGHOST": "localhost"},
}
OPEN: tuple[tuple[str, dict[str, str]], ...] = (
    ("postgresql://db.example.org/x", {}),
    ("postgresql://u@192.168.1.5:5432/x", {}),
    ("postgresql://localhost,db.example.org/x", {}),
    ("postgresql://localhost/x?host=db.example.org", {}),
    ("postgresql://localhost/x?hostaddr=10.0.0.1", {}),
    ("postgresql://localhost.example.org/x", {}),
    ("postgresql://[2001:db8::1]/x", {}),
    ("postgresql:///x", {"PGHOST": "db.example.org"}),
    ("postgresql://localhost/x", {"PGHOSTADDR": "10.0.0.1"}),
    ("postgresql:///x?service=s", {}),
    ("postgresql:///x", {"PGSERVICE": "s", "PGSSLMODE": "verify-full"}),
    *(
        (f"postgresql://db.example.org/x?sslmode={mode}", {"PGSSLMODE": "verify-full"})
        for mode in ("disable", "allow", "prefer", "require", "verify-ca")
    ),
    ("postgresql://db.example.org/x?sslmode=verify-full&sslmode=disable", {}),
)


@pytest.mark.parametrize(("uri", "settings"), PROTECTED.items())
def test_this_machine_and_checked_certificates_are_protected(
    uri: str, settings: dict[str, str]
) -> None:
    assert is_protected(address_of(uri), settings)


@pytest.mark.parametrize(("uri", "settings"), OPEN)
def test_any_other_connection_is_not(uri: str, settings: dict[str, str]) -> None:
    assert not is_protected(address_of(uri), settings)


def test_marts_do_not_leave_the_machine_on_an_open_connection(
    release: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PGHOST", "PGHOSTADDR", "PGSSLMODE", "PGSERVICE"):
        monkeypatch.delenv(name, raising=False)
    address = address_of("postgresql://nowhere.invalid:1/x?sslmode=require")
    with pytest.raises(ServingError, match="without proof that nobody reads along") as caught:
        publish(release, address, replace(QUICK, marts=True))
    assert caught.value.exit_code == 2
    for options in (QUICK, replace(QUICK, marts=True, trusted_network=True)):
        with pytest.raises(ServingError, match="cannot be reached"):
            publish(release, address, options)
