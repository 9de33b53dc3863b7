"""A release is what it was made from: a changed byte is another release, a touched file is not."""

import os
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from analytics.release.digests import Fingerprint, code_digest, input_digests, table_digests


@pytest.fixture
def study(tmp_path: Path) -> Path:
    folder = tmp_path / "study"
    for name in ("study.toml", "published/claims.csv", "sdtm/T1/dm.csv", "README.md"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return folder


def digests(study: Path) -> dict[str, str]:
    return input_digests(study, [study / "sdtm/T1"])


def test_inputs_are_the_study_and_its_data_but_no_other_file(study: Path) -> None:
    assert list(digests(study)) == ["published/claims.csv", "sdtm/T1/dm.csv", "study.toml"]


def test_a_trial_kept_outside_the_study_is_an_input(study: Path, tmp_path: Path) -> None:
    (tmp_path / "T2").mkdir()
    (tmp_path / "T2/dm.csv").write_text("x")
    assert "T2/dm.csv" in input_digests(study, [tmp_path / "T2"])


def test_the_time_of_a_file_does_not_matter(study: Path) -> None:
    before = digests(study)
    os.utime(study / "study.toml", (0, 0))
    assert digests(study) == before


@pytest.mark.parametrize(
    "change",
    [
        lambda study: (study / "sdtm/T1/dm.csv").write_text("changed"),
        lambda study: (study / "study.toml").write_text("changed"),
        lambda study: (study / "sdtm/T1/ex.parquet").write_text("new"),
        lambda study: (study / "published/claims.csv").rename(study / "published/other.csv"),
        lambda study: (study / "sdtm/T1/dm.csv").unlink(),
    ],
)
def test_any_change_of_the_inputs_is_another_release(
    study: Path, change: Callable[[Path], object]
) -> None:
    before = Fingerprint(digests(study), "code", "lock", "parameters").release_id
    change(study)
    assert Fingerprint(digests(study), "code", "lock", "parameters").release_id != before


def test_code_lock_and_parameters_are_told_apart() -> None:
    ids = {
        Fingerprint({}, *texts).release_id
        for texts in (("a", "b", "c"), ("b", "a", "c"), ("a", "c", "b"), ("a", "b", "d"))
    }
    assert len(ids) == 4
    assert all(len(release_id) == 12 for release_id in ids)


def test_code_is_what_computes_not_what_it_leaves_behind(tmp_path: Path) -> None:
    for name in ("analytics/cox.py", "dbt_project/models/os.sql", "expectations/subjects.yml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    before = code_digest(tmp_path)
    for name in ("analytics/__pycache__/cox.pyc", "dbt_project/target/run.sql"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("made")
    assert code_digest(tmp_path) == before
    (tmp_path / "dbt_project/models/os.sql").write_text("changed")
    assert code_digest(tmp_path) != before


def test_a_schema_is_digested_table_by_table_whatever_the_row_order() -> None:
    connection = duckdb.connect()
    connection.execute("create schema results")
    connection.execute("create table results.a as select range as n from range(5)")
    connection.execute("create table results.b as select range as n from range(5) order by n desc")
    found = table_digests(connection, "results")
    assert list(found) == ["a", "b"]
    assert found["a"] == found["b"]
    assert found["a"]["rows"] == 5
    connection.execute("update results.b set n = 7 where n = 0")
    assert table_digests(connection, "results")["b"] != found["b"]
