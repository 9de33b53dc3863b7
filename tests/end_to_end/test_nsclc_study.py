"""The randomised trial gives each subject the endpoints that its generator knows.

`synthesis/nsclc/expected.py` derives them from the latent courses by rules of its own; the
warehouse reads them from the SDTM package.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import polars as pl
import pytest
from project import NSCLC, Plateau

from synthesis.nsclc.draw import table_of
from synthesis.nsclc.generate import generate
from synthesis.nsclc.trial import N_RANDOMISED, N_SCREEN_FAILURES, SEED

ENDPOINTS = {
    "OS": "OS",
    "PFSINV": "PFS",
    "PFSEMA": "PFSEMA",
    "PFSIRC": "PFSIRC",
    "DOR": "DOR",
    "TTAE3": "TTAE",
}
OUTCOME = ["usubjid", "aval", "event_code"]


@pytest.fixture(scope="module")
def warehouse(nsclc_releases: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    path = nsclc_releases / "nsclc/current/warehouse.duckdb"
    with duckdb.connect(str(path), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def expected() -> pl.DataFrame:
    """The outcomes that the generator knows; the day of the origin is day 1."""
    courses = generate(SEED, N_RANDOMISED, N_SCREEN_FAILURES).courses
    return table_of(courses).select(
        "usubjid",
        "endpoint",
        (pl.col("time") + 1).cast(pl.Float64).alias("aval"),
        pl.col("event").cast(pl.Int32).alias("event_code"),
    )


@pytest.mark.parametrize(("endpoint", "paramcd"), ENDPOINTS.items())
def test_every_subject_has_the_time_and_event_that_the_generator_knows(
    endpoint: str, paramcd: str, warehouse: duckdb.DuckDBPyConnection, expected: pl.DataFrame
) -> None:
    found = warehouse.execute(
        "select usubjid, aval, event_code from marts.time_to_event where paramcd = ?", [paramcd]
    ).pl()
    wanted = expected.filter(pl.col("endpoint") == endpoint).select(OUTCOME)
    assert found.height > 40
    assert found.sort("usubjid").equals(wanted.sort("usubjid"))


def test_populations_are_those_of_the_flags(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Screen failures stay as subjects; who was not treated is followed all the same."""
    counts = dict(
        warehouse.execute(
            "select population, count(*) from marts.population_members group by all"
        ).fetchall()
    )
    assert (counts["itt"], counts["treated"]) == (240, 236)
    assert warehouse.execute("select count(*) from marts.subjects").fetchall() == [(265,)]
    reasons = warehouse.execute(
        "select distinct exclusion_reason from marts.subjects where not in_analysis_set"
    ).fetchall()
    assert reasons == [("Not randomised",)]


@pytest.mark.parametrize(
    ("reason", "paramcd", "is_found"),
    [
        ("after too long without an assessment", "PFS", True),
        ("after the end of observation", "PFS", True),
        ("after too long without an assessment", "PFSEMA", False),
        ("after the end of observation", "PFSEMA", False),
    ],
)
def test_the_censoring_rules_of_the_fda_set_events_aside_and_those_of_the_ema_do_not(
    reason: str, paramcd: str, is_found: bool, warehouse: duckdb.DuckDBPyConnection
) -> None:
    query = "select count(*) > 0 from marts.censoring where reason = ? and paramcd = ?"
    assert warehouse.execute(query, [reason, paramcd]).fetchall() == [(is_found,)]


def test_a_censoring_says_why_the_event_does_not_count(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    found = warehouse.execute(
        "select distinct cnsdtdsc from marts.time_to_event where paramcd = 'PFS' and cnsr = 1"
    ).fetchall()
    assert {text for (text,) in found} >= {
        "Last assessment",
        "Last assessment; assessments are missing before the event",
        "Last assessment; observation ends: New anti-cancer therapy",
        "Origin of the endpoint",
    }


def test_the_package_needs_one_decision_on_its_readers(plateau: Plateau, tmp_path: Path) -> None:
    """Without it the investigator's and the reviewers' readings are not pooled in silence."""
    study = tmp_path / "study"
    study.mkdir()
    for file in NSCLC.iterdir():
        if file.suffix in (".csv", ".toml"):
            text = file.read_text(encoding="utf-8")
            text = text.replace(",response,1,variable,RSEVAL,=,INVESTIGATOR\n", "")
            (study / file.name).write_text(text, encoding="utf-8")
    for folder in ("sdtm", "external"):
        shutil.copytree(NSCLC / folder, study / folder)
    result = plateau("check", study)
    assert result.returncode == 3
    assert "several_sources" in result.stdout
    assert "RSEVAL 'INDEPENDENT ASSESSOR | INVESTIGATOR'" in result.stdout
