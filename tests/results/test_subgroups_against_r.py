"""Subgroups against R's survival (tests/reference/make_reference_subgroups.R)."""

from functools import cache
from pathlib import Path

import polars as pl
import pytest
from small_marts import analysis, contrast, followed, marts, members, rows, study

from analytics.results.assembly import compute_results

REFERENCE = Path(__file__).parents[1] / "reference"
# the factors of the small study that stand for those of the data, and their levels by code
FACTORS = {
    "lev5fu": ("t411", {1: "yes", 0: "no"}),
    "male": ("sex", {1: "male", 0: "female"}),
    "differ": ("race", {1: "white", 2: "asian", 3: "other"}),
    "obstruct": ("obstruct", {1: "yes", 0: "no"}),
    "extent": ("extent", {1: "1", 2: "2", 3: "3", 4: "4"}),
    "node4": ("node4", {1: "yes", 0: "no"}),
}
STRATA = ("", "male", "extent node4")


def reference(name: str) -> pl.DataFrame:
    return pl.read_csv(REFERENCE / f"{name}.csv", schema_overrides={"strata": pl.String}).fill_null(
        strategy="zero"
    )


@cache
def computed(strata: str) -> dict[str, pl.DataFrame]:
    """The results of deaths in the colon trial, levamisole with fluorouracil or observation."""
    patients = pl.read_csv(REFERENCE / "colon.csv").filter(etype=2, lev=0).rows(named=True)
    plan = analysis(
        "cox_univariate",
        stratified_by=tuple(FACTORS[name][0] for name in strata.split()),
        subgroups=tuple(FACTORS[name][0] for name in ("male", "differ", "obstruct")),
        factors=(contrast("t411"),),
    )
    tables = marts(
        population_members=members(all=[str(row["id"]) for row in patients]),
        covariate_intervals=followed(
            "OS", {str(row["id"]): (row["time"], row["status"]) for row in patients}
        ),
        subject_factors=rows(
            "subject_factors",
            *(
                (str(row["id"]), factor, levels.get(row[name]), None)
                for row in patients
                for name, (factor, levels) in FACTORS.items()
            ),
        ),
    )
    return compute_results(study(plan, ties="efron"), tables)


@pytest.mark.parametrize("strata", STRATA)
def test_the_effect_within_each_subgroup(strata: str) -> None:
    expected = reference("subgroup_effect").filter(pl.col("strata") == strata)
    found = computed(strata)["subgroup_effect"]
    for row in expected.iter_rows(named=True):
        factor, levels = FACTORS[row["subgroup"]]
        ours = found.filter(subgroup=factor, level=levels[row["level"]]).row(0, named=True)
        assert (ours["n"], ours["n_event"]) == (row["n"], row["n_event"])
        assert ours["log_hr"] == pytest.approx(row["log_hr"], rel=1e-10)
        assert ours["std_error"] == pytest.approx(row["std_error"], rel=1e-11)
    assert found.height == expected.height


# a likelihood ratio is the difference of two log-likelihoods of more than a thousand
@pytest.mark.parametrize("strata", STRATA)
def test_the_interaction(strata: str) -> None:
    expected = reference("subgroup_interaction").filter(pl.col("strata") == strata)
    found = computed(strata)["subgroup_interaction"]
    for row in expected.iter_rows(named=True):
        ours = found.filter(subgroup=FACTORS[row["subgroup"]][0]).row(0, named=True)
        assert (ours["n"], ours["n_event"], ours["df"]) == (row["n"], row["n_event"], row["df"])
        assert ours["lr_statistic"] == pytest.approx(row["statistic"], rel=1e-9, abs=1e-10)
        assert ours["lr_p"] == pytest.approx(row["p_value"], rel=1e-9)
    assert found.height == expected.height == 3


def test_every_reference_is_compared() -> None:
    for name in ("subgroup_effect", "subgroup_interaction"):
        assert set(reference(name)["strata"]) == set(STRATA)
