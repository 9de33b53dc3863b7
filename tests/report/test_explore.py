"""The page to explore a release with: what it offers, its numbers, and what limits hold back."""

import json
import re
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

import plateau
from analytics.report.bi_tables import read_bi
from analytics.report.explore import estimates
from analytics.report.explore.offered import offered
from analytics.report.explore.planned import _rate as _planned_rate
from analytics.report.explore.planned import planned
from analytics.report.explore.writing import ReleaseOf, write_explore
from analytics.report.formats import percent
from analytics.study.specification import Publication
from analytics.warehouse import connect_for_queries
from plateau import Release

Page = dict[str, Any]


def page_of(release: Release, folder: Path, publication: Publication) -> tuple[Path, Page]:
    """The page of a release, and the data in it."""
    about = ReleaseOf(release.id, release.conventions.parameters, publication)
    path = write_explore(release.folder, folder, about)
    found = re.search(
        r'<script type="application/json" id="release">(.*?)</script>',
        path.read_text(encoding="utf-8"),
        re.DOTALL,
    )
    assert found is not None
    return path, json.loads(found[1])


@pytest.fixture(scope="module")
def release(default_releases: Path) -> Release:
    return plateau.open(default_releases)


@pytest.fixture(scope="module")
def written(release: Release, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Page]:
    return page_of(release, tmp_path_factory.mktemp("explore"), Publication())


@pytest.fixture(scope="module")
def data(written: tuple[Path, Page]) -> Page:
    return written[1]


def test_what_the_guard_allows_is_offered_and_nothing_else(data: Page, release: Release) -> None:
    offers = {(o["endpoint"], o["population"], o["factor"]) for o in data["offers"]}
    told = pl.col("endpoint").is_in(["OS", "RFS", "CIR"])
    populations = release.frame("survival.populations").filter(told)
    factors = release.frame("survival.factors").filter(told)
    assert ("OS", "all", "sex") in offers
    assert ("RFS", "responders", None) in offers
    with connect_for_queries(release.folder / "warehouse.duckdb") as connection:
        for row in populations.to_dicts():
            endpoint, population = row["endpoint"], row["population"]
            is_offered = (endpoint, population, None) in offers
            assert is_offered == is_answered(connection, endpoint, population, None), row
        own = populations.filter("is_own").select("endpoint", "population")
        for endpoint, population in own.iter_rows():
            for factor in factors.filter(pl.col("endpoint") == endpoint)["factor"]:
                if (endpoint, population, factor) in offers:
                    assert is_answered(connection, endpoint, population, factor)
                elif (endpoint, population, None) in offers:
                    refused = not is_answered(connection, endpoint, population, factor)
                    assert refused or has_one_level(release, endpoint, factor), (endpoint, factor)
    reasons = [row["why"] for row in data["refused"] if row["endpoint"] == "OS"]
    assert any("'hsct'" in why for why in reasons)


def is_answered(connection: Any, endpoint: str, population: str, factor: str | None) -> bool:
    """Whether the functions in SQL take the question as it is."""
    try:
        connection.execute(
            "from survival.asked($1, population := $2, by_factor := $3)",
            [endpoint, population, factor],
        ).fetchall()
    except duckdb.InvalidInputException:
        return False
    return True


def has_one_level(release: Release, endpoint: str, factor: str) -> bool:
    found = release.survival.follow_up(endpoint, by_factor=factor)
    known = found.filter(pl.col("n") > 0, pl.col("stratum") != "unknown")
    return known["stratum"].n_unique() < 2


def groups_of(data: Page, endpoint: str, population: str, factor: str | None) -> dict[str, Any]:
    (offer,) = (
        o
        for o in data["offers"]
        if (o["endpoint"], o["population"], o["factor"]) == (endpoint, population, factor)
    )
    answer = data["answers"][offer["answer"]]
    return {**answer, "groups": {group["label"]: group for group in answer["groups"]}}


QUESTIONS = [
    ("OS", "all", None),
    ("OS", "trial_211", "ecog"),
    ("OS", "all", "race"),
    ("RFS", "responders", "salvage_line"),
]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: "-".join(map(str, q)))
def test_curves_are_those_of_the_functions(
    data: Page, release: Release, question: tuple[str, str, str | None]
) -> None:
    endpoint, population, factor = question
    found = groups_of(data, *question)
    labels = release.frame("survival.levels").filter(pl.col("factor") == (factor or ""))
    names = dict(labels.select("level", "label").iter_rows())
    names |= {"all": "All", "unknown": "Unknown (not tested)"}
    given = {"population": population, "by_factor": factor}
    curves = release.survival.km(endpoint, **given)
    for (stratum,), curve in curves.partition_by("stratum", as_dict=True).items():
        if names[str(stratum)] not in found["groups"]:
            assert curve["n_risk"].sum() == 0
            continue
        group = found["groups"][names[str(stratum)]]
        assert group["risk"] == curve["n_risk"].to_list()
        assert group["n_event"] == curve["n_event"].to_list()
        assert group["month"] == pytest.approx(curve["time_months"].to_list(), rel=1e-9)
        for name in ("estimate", "ci_lower", "ci_upper"):
            known = [None if v is None else 100 * v for v in curve[name]]
            assert [v is None for v in group[name]] == [v is None for v in known]
            assert [v for v in group[name] if v is not None] == pytest.approx(
                [v for v in known if v is not None], rel=1e-9
            )
    rates = release.survival.rate(endpoint, found["months"], **given)
    for row in rates.to_dicts():
        group = found["groups"].get(names[row["stratum"]])
        if group is not None:
            told = group["rates"][found["months"].index(row["time_months"])]
            known = "-" if row["estimate"] is None else percent(100 * row["estimate"])
            assert told.partition(" ")[0] == known
    if factor:
        test = release.survival.log_rank(endpoint, factor, population=population).to_dicts()[0]
        (told,) = found["tests"]
        assert f"chi-square {test['statistic']:.2f}, {test['df']} df" in told["result"]


def test_incidences_are_those_of_the_functions(data: Page, release: Release) -> None:
    found = groups_of(data, "CIR", "responders", "sex")
    assert found["kind"] == "incidence"
    curves = release.survival.incidence("CIR", by_factor="sex")
    for stratum, label in (("male", "Male"), ("female", "Female")):
        group = found["groups"][label]
        for event, prefix in (("event", ""), ("competing", "competing_")):
            own = curves.filter(pl.col("stratum") == stratum, pl.col("event") == event)
            known = [100 * value for value in own["estimate"]]
            assert group[f"{prefix}estimate"] == pytest.approx(known, rel=1e-9)
    assert [test["test"] for test in found["tests"]] == [
        "Gray's test, event",
        "Gray's test, competing event",
    ]


def test_the_analyses_of_the_plan_are_those_of_bi(data: Page, release: Release) -> None:
    assert {one["id"] for one in data["planned"]} == {
        *release.frame("bi.endpoint_summary")["analysis_id"],
        *release.frame("bi.relapse_incidence")["analysis_id"],
    }
    (os_all,) = (one for one in data["planned"] if one["id"] == "os_all")
    assert os_all["answer"]["groups"][0]["median"] == "7.5 (5.5-8.5)"
    assert os_all["axis"] == "Months since first dose"


def test_numbers_are_in_the_style_of_the_study(release: Release, tmp_path: Path) -> None:
    about = ReleaseOf(release.id, release.conventions.parameters, Publication())
    text = write_explore(release.folder, tmp_path, about, "lancet").read_text(encoding="utf-8")
    assert '"point":"·","to":"\u2013"' in text
    assert '"median":"7·5 (5·5\u20138·5)"' in text


def test_a_rate_close_to_none_is_not_printed_as_none() -> None:
    row = {"estimate": 0.0004, "ci_lower": 0.0001, "ci_upper": 0.02}
    assert estimates._rate(row) == "<0.1% (<0.1 to 2.0)"
    of_bi = {f"{name}_percent": 100 * row[name] for name in ("ci_lower", "ci_upper")}
    assert _planned_rate([of_bi | {"event_free_percent": 0.04}], "event_free") == (
        "<0.1% (<0.1 to 2.0)"
    )


def test_with_limits_only_what_bi_publishes_is_there(release: Release, tmp_path: Path) -> None:
    path, data = page_of(release, tmp_path, Publication(smallest_cell=5))
    assert "offers" not in data
    assert "answers" not in data
    bi = read_bi(release.folder / "bi.duckdb")
    assert data["planned"] == json.loads(json.dumps(planned(bi)))
    assert "The study limits what is published" in path.read_text(encoding="utf-8")


def test_no_patient_is_named_and_the_bytes_are_the_same(
    release: Release, written: tuple[Path, Page], tmp_path: Path
) -> None:
    page = written[0].read_bytes()
    assert page_of(release, tmp_path, Publication())[0].read_bytes() == page
    assert len(page) < 4_000_000
    ids = release.frame("marts.subjects")["usubjid"].to_list()
    assert not [one for one in ids if one.encode() in page]
    assert release.title.encode() in page


def test_an_offer_has_groups(release: Release) -> None:
    with connect_for_queries(release.folder / "warehouse.duckdb") as connection:
        found = offered(connection)
    assert len(found.offers) > 50
    assert {row["name"] for row in found.factors} >= {"sex", "ecog"}
    assert "hsct" not in {row["name"] for row in found.factors}
