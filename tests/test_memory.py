"""The engine takes as much memory as it is given, and keeps what does not fit on disk."""

from pathlib import Path

import pytest
from project import Plateau

from analytics.errors import UsageError
from analytics.memory import memory_limit
from analytics.warehouse import connect, connect_for_queries

SORTED = (
    "select count(*) from (select row_number() over (order by md5(i::varchar)) from range({}) x(i))"
)


def limit_of(connection: object) -> str:
    return connection.execute("select current_setting('memory_limit')").fetchone()[0]  # type: ignore[attr-defined]


def test_every_connection_keeps_the_limit_that_was_given(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PLATEAU_MEMORY", "256MiB")
    with connect(tmp_path / "w.duckdb") as connection:
        connection.execute("create table t as select 1 as i")
        assert limit_of(connection) == "256.0 MiB"
    with connect_for_queries(tmp_path / "w.duckdb") as connection:
        assert limit_of(connection) == "256.0 MiB"


def test_without_a_limit_it_is_half_of_the_engines_own(monkeypatch: pytest.MonkeyPatch) -> None:
    import duckdb  # noqa: PLC0415

    monkeypatch.delenv("PLATEAU_MEMORY", raising=False)
    with duckdb.connect() as connection:
        number, unit = limit_of(connection).split()
    assert memory_limit() == f"{float(number) / 2:.2f}{unit}"


def test_what_does_not_fit_is_kept_on_disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PLATEAU_MEMORY", "64MB")
    with connect(tmp_path / "w.duckdb", threads=1) as connection:
        spilled = "select coalesce(max(size), 0) from duckdb_temporary_files()"
        n_rows = 3_000_000  # 150 MB of keys
        assert connection.execute(SORTED.format(n_rows)).fetchone() == (n_rows,)
        assert connection.execute(spilled).fetchone() is not None
    assert not list(tmp_path.glob("w.duckdb.tmp/*"))


def test_a_size_of_the_environment_that_is_none_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PLATEAU_MEMORY", "much")
    with pytest.raises(UsageError, match="'much' is no size: write a number and MB or GB"):
        connect(tmp_path / "w.duckdb")


@pytest.mark.parametrize("size", ["8", "GB", "8 gigabytes", "-1GB", "0GB", "8GB; drop table x"])
def test_a_size_that_is_none_is_refused(plateau: Plateau, size: str) -> None:
    result = plateau("build", "--memory", size)
    assert result.returncode == 2
    assert "is no size: write a number and MB or GB" in " ".join(result.stderr.split()).replace(
        "│ ", ""
    )
