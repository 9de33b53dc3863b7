"""The benchmark runs, on little data, and its cohorts are what they say."""

import json
from pathlib import Path

import bench
import duckdb
import polars as pl
import pytest
from benchmark_page import page_lines
from cohorts import LONGEST_SHIFT, STUDY, write_cohort
from peers import Peer, available
from rounds import alternated, median_ratio
from samples import LAST_DAY, read_subjects, write_subjects

from analytics.study import load_study

N_PATIENTS = 40


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study with few patients."""
    folder = tmp_path_factory.mktemp("cohort") / "study"
    write_cohort(N_PATIENTS, folder)
    return folder


def records_of(study: Path, domain: str) -> pl.DataFrame:
    """The records of one domain of all trials, every value as text."""
    files = sorted(study.glob(f"sdtm/*/{domain}.csv"))
    return pl.concat((pl.read_csv(file, infer_schema=False) for file in files), how="diagonal")


def test_a_cohort_has_as_many_patients_as_asked_for(cohort: Path) -> None:
    patients = records_of(cohort, "dm")
    assert patients.height == patients["USUBJID"].n_unique() == N_PATIENTS
    assert load_study(cohort).study_id == load_study(STUDY).study_id
    assert not (cohort / "expectations").exists()


def test_a_copy_has_the_records_of_one_patient_moved_into_the_past(cohort: Path) -> None:
    originals, copies = records_of(STUDY, "ex"), records_of(cohort, "ex")
    told = [name for name in originals.columns if name not in ("USUBJID", "EXSTDTC", "EXENDTC")]
    courses = {tuple(part.select(told).rows()) for _, part in originals.group_by("USUBJID")}
    for _, part in copies.group_by("USUBJID"):
        assert tuple(part.sort(pl.col("EXSEQ").cast(pl.Int64)).select(told).rows()) in courses
    days = pl.col("EXSTDTC").str.slice(0, 10).str.to_date()
    first, last = originals.select(days.min().alias("first"), days.max().alias("last")).row(0)
    earliest, latest = copies.select(days.min().alias("first"), days.max().alias("last")).row(0)
    assert (first - earliest).days <= 31 * LONGEST_SHIFT
    assert latest <= last


def test_the_same_seed_gives_the_same_bytes(cohort: Path, tmp_path: Path) -> None:
    write_cohort(N_PATIENTS, tmp_path / "again")
    for file in sorted(cohort.glob("sdtm/*/*.csv")):
        again = tmp_path / "again" / file.relative_to(cohort)
        assert again.read_bytes() == file.read_bytes()


def test_a_larger_table_of_subjects_begins_with_the_smaller_one() -> None:
    with duckdb.connect() as connection:
        write_subjects(connection, 1000)
        few = read_subjects(connection)
        write_subjects(connection, 2000)
        many = read_subjects(connection)
    assert (many.day[:1000] == few.day).all() and (many.event[:1000] == few.event).all()
    assert few.day.min() >= 1 and few.day.max() <= LAST_DAY


def test_of_every_side_the_second_run_of_a_round_counts_and_each_begins_in_turn() -> None:
    order: list[str] = []

    def side(name: str, seconds: float) -> float:
        order.append(name)
        return seconds * order.count(name)

    sides = {"a": lambda: side("a", 1.0), "b": lambda: side("b", 2.0)}
    seconds = alternated(sides, rounds=2)
    assert "".join(order) == "aabbbbaa"
    assert seconds == {"a": [2.0, 4.0], "b": [4.0, 8.0]}
    assert median_ratio(seconds, "b", "a") == 2


def test_a_quick_run_writes_figures_and_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench, "QUICK_ROWS", 1000)
    monkeypatch.setattr("curve_speed.available", lambda peers: _python(available(peers)))
    monkeypatch.setattr("cox_speed.available", lambda peers: _python(available(peers)))
    figures = tmp_path / "figures.json"
    assert bench.main(["--quick", "--figures", str(figures), "--out", str(tmp_path)]) == 0
    taken = json.loads(figures.read_text())
    assert set(taken) == set(bench.quick_parts())
    steps = {row["step"]: row["by_floor"] for row in taken["curves"]["rows"]}
    assert steps.pop("plain GROUP BY") == 1 and min(steps.values()) > 0
    text = (tmp_path / "benchmarks.md").read_text()
    assert "| Kaplan-Meier | lifelines |" in text and text == "\n".join(page_lines(taken)) + "\n"


def _python(peers: list[Peer]) -> list[Peer]:
    """Those that need no R, whose start takes seconds."""
    return [peer for peer in peers if not any(name.startswith("r:") for name in peer.needs)]
