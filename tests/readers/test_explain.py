"""`plateau explain`: from a result to its patients, the endpoint row and the line of a file."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from analytics.readers.explain import explain
from analytics.readers.queries import QueryError
from analytics.warehouse import connect_for_queries

STUDY = Path(__file__).parents[2] / "studies/blinatumomab"


@pytest.fixture(scope="module")
def warehouse(default_release: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with connect_for_queries(default_release / "warehouse.duckdb") as connection:
        yield connection


def told(releases: Path, analysis: str, about: str | None = None) -> str:
    return "\n".join(explain(releases / "blinatumomab/current", analysis, about))


def listing(text: str) -> list[str]:
    """The queries that a text offers to go on with."""
    blocks = re.findall(r"  to list them:\n((?:    .*\n?)+)", text)
    return ["\n".join(line[4:] for line in block.splitlines()) for block in blocks]


def test_every_analysis_can_be_explained(
    default_releases: Path, warehouse: duckdb.DuckDBPyConnection
) -> None:
    for (analysis_id,) in warehouse.execute("select analysis_id from results.analysis").fetchall():
        text = told(default_releases, analysis_id)
        assert text.startswith(f"{analysis_id}: ")
        assert "results." in text


def test_an_analysis_shows_who_leaves_and_how_its_endpoint_ends(default_releases: Path) -> None:
    text = told(default_releases, "rfs_responders")
    assert "123 subjects remain" in text
    ends = re.findall(r"^  (event|censor) .* (\d+)$", text, re.M)
    assert sum(int(n) for _, n in ends) == 123
    assert sum(int(n) for role, n in ends if role == "event") == 94


@pytest.mark.parametrize("endpoint", ["OS", "RFS", "CIR"])
def test_a_subjects_end_stands_in_the_line_that_is_named(
    endpoint: str, default_releases: Path, warehouse: duckdb.DuckDBPyConnection
) -> None:
    analysis_id = {"OS": "os_all", "RFS": "rfs_responders", "CIR": "cir_responders"}[endpoint]
    subjects = warehouse.execute(
        "select usubjid, adt, srcvar from marts.time_to_event where paramcd = ? and srcdom is "
        "not null and adtf is null order by hash(usubjid) limit 12",
        [endpoint],
    ).fetchall()
    for usubjid, adt, srcvar in subjects:
        text = told(default_releases, analysis_id, usubjid)
        places = re.findall(r"^(\S+) line (\d+), as in the file$", text, re.M)
        assert places, text
        for name, line in places:
            with (STUDY / name).open(encoding="utf-8", newline="") as file:
                record = list(csv.DictReader(file))[int(line) - 2]
            assert record["USUBJID"] == usubjid
            assert record[srcvar].startswith(str(adt))
            assert re.search(rf"^  {srcvar} +{re.escape(record[srcvar])}$", text, re.M)


def test_a_subject_is_known_by_its_short_name_where_only_one_has_it(
    default_releases: Path, warehouse: duckdb.DuckDBPyConnection
) -> None:
    usubjid, subjid = warehouse.execute(
        "select any_value(usubjid), subjid from marts.subjects group by subjid "
        "having count(*) = 1 order by subjid limit 1"
    ).fetchall()[0]
    assert told(default_releases, "os_all", subjid) == told(default_releases, "os_all", usubjid)


def test_who_is_not_in_the_population_is_told_why(
    default_releases: Path, warehouse: duckdb.DuckDBPyConnection
) -> None:
    (usubjid,) = warehouse.execute(
        "select min(usubjid) from marts.subjects where not in_analysis_set"
    ).fetchall()[0]
    text = told(default_releases, "os_all", usubjid)
    assert "Population all: not a member" in text
    assert "false" in text


def test_a_median_shows_the_step_at_which_the_curve_passes_one_half(default_releases: Path) -> None:
    text = told(default_releases, "os_all", "7.5")
    assert "7.5 is median_months of results.survival_summary" in text
    steps = re.search(r"results.survival_curve about that time\n.*\n.*\n((?:  .*\n){5})", text)
    assert steps is not None
    estimates = [float(line.split()[-4]) for line in steps[1].splitlines()]
    assert max(estimates) > 0.5 >= min(estimates)
    assert "SV.OS.ALL.MEDIAN" in text


def test_the_listing_of_each_outcome_has_as_many_patients_as_the_table(
    default_releases: Path, warehouse: duckdb.DuckDBPyConnection
) -> None:
    places = re.compile(r"is n of results.clinical_outcomes: (\d+)\n(?:  .*\n)*")
    n_listed = 0
    numbers = warehouse.execute(
        "select distinct n from results.clinical_outcomes where analysis_id = 'table_2'"
    ).fetchall()
    for (n,) in numbers:
        for place in places.finditer(told(default_releases, "table_2", str(n))):
            for sql in listing(place[0]):
                assert len(warehouse.execute(sql).fetchall()) == n
                n_listed += 1
    assert n_listed > 20


def test_the_listing_of_each_level_has_as_many_patients_as_the_table(
    default_releases: Path, warehouse: duckdb.DuckDBPyConnection
) -> None:
    text = told(default_releases, "table_1", "160")
    places = re.findall(r"is (n) of results.baseline_characteristics: 160\n((?:  .*\n)*)", text)
    assert places
    for _, place in places:
        for sql in listing(place):
            assert len(warehouse.execute(sql).fetchall()) == 160


@pytest.mark.parametrize("printed", ["0.29", "0.47"])
def test_the_listing_of_a_hazard_ratio_has_the_events_of_its_model(
    printed: str, default_releases: Path, warehouse: duckdb.DuckDBPyConnection
) -> None:
    text = told(default_releases, "cox_os_univariate", printed)
    place = re.search(r"is hr of results.cox_term.*\n(?P<row>(?:  .*\n)*)", text)
    assert place is not None
    facts = dict(line.split(maxsplit=1) for line in place["row"].splitlines()[1:13])
    (sql,) = listing(place["row"])
    intervals = warehouse.execute(
        f"select count(*) filter (event_code = 1), count(distinct usubjid) from ({sql}) "
        "where level in ($1, $2)",
        [facts["numerator"], facts["denominator"]],
    ).fetchall()
    assert intervals == [(int(facts["n_event"]), int(facts["n"]))]


def test_all_other_listings_run(
    default_releases: Path, warehouse: duckdb.DuckDBPyConnection
) -> None:
    for analysis_id in ("os_all", "cir_responders", "cox_os_univariate"):
        for sql in listing(told(default_releases, analysis_id)):
            assert warehouse.execute(sql).fetchall()


@pytest.mark.parametrize(
    ("analysis", "about", "sentence"),
    [
        ("os", None, r"There is no analysis 'os' \(similar: os_all"),
        ("os_all", "nobody", "'nobody' is neither a subject of the warehouse nor a number"),
        ("os_all", "nan", "'nan' is neither a subject"),
        ("os_all", "123456.5", "No number of os_all prints as 123456.5"),
        (
            "os_all",
            "99",
            r"No number of os_all prints as 99 \(points of its curve are found by their "
            r"decimals\); ",
        ),
    ],
)
def test_what_is_not_there_is_told_in_one_sentence(
    analysis: str, about: str | None, sentence: str, default_releases: Path
) -> None:
    with pytest.raises(QueryError, match=sentence):
        told(default_releases, analysis, about)
