"""Whatever is altered in a release is noticed and named, down to one bit."""

import hashlib
import random
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest
from project import Plateau
from torture.places import SENTENCE
from torture.tiny_release import publish_small
from torture_scale import scaled

from analytics.release.folders import StudyReleases
from analytics.release.verify import AlteredError, verify_release

Damage = Callable[[bytes, random.Random], bytes]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish_small(StudyReleases(tmp_path_factory.mktemp("releases"), "small"), 42)


@pytest.fixture
def release(small: Path, tmp_path: Path) -> Path:
    """A copy of the small release that a test may alter."""
    return Path(shutil.copytree(small.parent, tmp_path / "small", symlinks=True)) / small.name


def findings(release: Path) -> tuple[str, ...]:
    """Each thing that verify names, whether or not it could go on after it."""
    try:
        return verify_release(release).findings
    except AlteredError as error:
        return (str(error),)


@contextmanager
def other_bytes(path: Path, content: bytes) -> Iterator[None]:
    """The file with other bytes in it, for a while."""
    before = path.read_bytes()
    path.write_bytes(content)
    try:
        yield
    finally:
        path.write_bytes(before)


def with_a_bit_flipped(content: bytes, choice: random.Random) -> bytes:
    place, bit = choice.randrange(len(content)), choice.randrange(8)
    return content[:place] + bytes([content[place] ^ (1 << bit)]) + content[place + 1 :]


def cut(content: bytes, choice: random.Random) -> bytes:
    return content[: choice.randrange(len(content))]


def files_of(release: Path) -> list[Path]:
    return sorted(path for path in release.rglob("*") if path.is_file())


def test_an_untouched_release_is_as_published(small: Path) -> None:
    found = verify_release(small)
    assert found.findings == ()
    assert found.n_files == len(files_of(small))
    assert found.n_tables == 6  # two of results, two of bi in each file


@pytest.mark.parametrize(
    ("damage", "n_full"), [(with_a_bit_flipped, 600), (cut, 200)], ids=["flip", "truncation"]
)
def test_random_damage_to_any_file_is_noticed_and_the_file_named(
    small: Path, damage: Damage, n_full: int
) -> None:
    choice = random.Random(20261122)
    files = files_of(small)
    silent = []
    for number in range(scaled(n_full)):
        path = files[number % len(files)]
        content = damage(path.read_bytes(), choice)
        with other_bytes(path, content):
            if not any(path.name in finding for finding in findings(small)):
                silent.append((path.name, hashlib.sha256(content).hexdigest()))
    assert silent == []
    assert findings(small) == ()


def test_damage_to_a_release_of_the_default_study_is_noticed(
    default_release: Path, tmp_path: Path
) -> None:
    release = Path(shutil.copytree(default_release.resolve(), tmp_path / "release"))
    choice = random.Random(7)
    files = [release / "warehouse.duckdb", *choice.sample(files_of(release), scaled(30))]
    for path in files:
        with other_bytes(path, with_a_bit_flipped(path.read_bytes(), choice)):
            assert any(path.name in finding for finding in findings(release)), path.name
    assert findings(release) == ()


def test_a_damaged_warehouse_answers_truly_or_in_one_sentence(
    plateau: Plateau, release: Path
) -> None:
    choice = random.Random(5)
    warehouse = release / "warehouse.duckdb"
    sql = (
        "select sum(answer) as answers, sum(line) as lines, max(label) as label from results.first"
    )
    arguments = ("query", sql, "--releases", release.parent.parent, "--format", "csv")
    answer = plateau(*arguments).stdout
    assert answer == "answers,lines,label\n8400,19900,line 99\n"
    refused = 0
    for number in range(scaled(100)):
        damage = cut if number % 4 == 0 else with_a_bit_flipped
        with other_bytes(warehouse, damage(warehouse.read_bytes(), choice)):
            result = plateau(*arguments)
        if result.returncode == 0:
            assert result.stdout == answer
        else:
            assert SENTENCE.match(result.stderr), result.stderr
            refused += 1
    assert refused > 0


def test_an_altered_table_is_named(release: Path) -> None:
    with duckdb.connect(str(release / "warehouse.duckdb")) as connection:
        connection.execute("update results.second set answer = 43 where line = 7")
    assert findings(release) == (
        "warehouse.duckdb was altered.",
        "Table results.second of warehouse.duckdb was altered.",
    )


def test_a_table_that_was_dropped_is_named(release: Path) -> None:
    with duckdb.connect(str(release / "bi.duckdb")) as connection:
        connection.execute("drop table third")
    named, table = findings(release)
    assert named == "bi.duckdb was altered."
    assert table.startswith("Table third of bi.duckdb cannot be read (")


def test_missing_and_added_files_are_named(release: Path) -> None:
    (release / "bi/third.parquet").unlink()
    (release / "bi/fifth.parquet").touch()
    assert findings(release) == (
        "bi/third.parquet is missing.",
        "bi/fifth.parquet was added.",
    )


def test_without_a_whole_manifest_nothing_counts_as_checked(release: Path) -> None:
    (release / "manifest.sha256").unlink()
    assert findings(release) == (
        f"{release}/manifest.sha256 is missing, so nothing in {release} can be checked; "
        "build the study again with --force.",
    )


def test_the_command_lists_what_was_checked(plateau: Plateau, default_releases: Path) -> None:
    result = plateau("verify", "--releases", default_releases)
    assert result.returncode == 0, result.stderr
    current = default_releases / "blinatumomab/current"
    assert re.fullmatch(
        rf"{re.escape(str(current))}: \d+ files and \d+ tables of release [0-9a-f]{{12}} "
        r"match the manifest \(\d+\.\d s\)\.\n"
        r"The log of runs is unbroken: 1 line, the last one with digest [0-9a-f]{64}\.\n",
        result.stdout,
    )


def test_the_command_names_each_finding_and_ends_with_3(plateau: Plateau, release: Path) -> None:
    (release / "report/headline.txt").write_text("The answer is 43.\n")
    for arguments in (("--releases", release.parent.parent), (release,)):
        result = plateau("verify", *arguments)
        assert result.returncode == 3
        assert result.stderr.startswith("report/headline.txt was altered.\nplateau: ")
        assert "is not as in the manifest" in result.stderr


def test_a_release_that_is_not_there_is_told(plateau: Plateau, release: Path) -> None:
    releases = release.parent.parent
    result = plateau("verify", "nowhere", "--releases", releases)
    assert result.returncode == 2
    assert result.stderr == (
        f"plateau: Release 'nowhere' is not among the releases of study 'small' "
        f"in {releases}/small; choose current, {release.name} or the folder of a release.\n"
    )
