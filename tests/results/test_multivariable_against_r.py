"""Multivariable models against R (tests/reference/make_reference_multivariable.R)."""

from functools import cache
from pathlib import Path

import polars as pl
import pytest
from small_marts import analysis, followed, marts, members, rows, study

from analytics.results.assembly import compute_results
from analytics.study.specification import ModelFactor

REFERENCE = Path(__file__).parents[1] / "reference"
# the factors of the small study that stand for those of the data, and their levels by code
FACTORS = {
    "lev5fu": ("t411", {1: "yes", 0: "no"}),
    "male": ("sex", {1: "male", 0: "female"}),
    "differ": ("race", {1: "white", 2: "asian", 3: "other"}),
    "extent": ("extent", {1: "1", 2: "2", 3: "3", 4: "4"}),
    "node4": ("node4", {1: "yes", 0: "no"}),
}
LEVELS = {
    "model_factors": (
        ModelFactor(factor="extent", reference="3"),
        ModelFactor(factor="race", reference="white"),
        ModelFactor(factor="t411", reference="no"),
        ModelFactor(factor="sex", reference="female"),
        ModelFactor(factor="age", per=10),
    ),
    "interactions": (("t411", "sex"),),
}
SPLINE = {
    "model_factors": (
        ModelFactor(factor="extent", trend=True),
        ModelFactor(factor="age", spline=4),
        ModelFactor(factor="sex", reference="female"),
    ),
    "interactions": (("sex", "age"),),
}
MODELS = {
    "levels": LEVELS,
    "levels_stratified": LEVELS | {"stratified_by": ("node4",)},
    "levels_robust": LEVELS | {"variance": "robust"},
    "spline": SPLINE,
    "fine_gray": {
        "model_factors": (
            ModelFactor(factor="sex", reference="female"),
            ModelFactor(factor="age", spline=3),
        ),
        "interactions": (("sex", "age"),),
    },
}


@cache
def patients(model):
    """Rows of id, time, code, age and a level per factor."""
    if model == "fine_gray":
        data = pl.read_csv(REFERENCE / "mgus2.csv", infer_schema_length=None)
        progressed = pl.col("pstat") == 1
        return data.select(
            "age",
            id=pl.col("id").cast(pl.String),
            time=pl.when(progressed).then("ptime").otherwise("futime"),
            code=pl.when(progressed).then(1).otherwise(2 * pl.col("death")),
            sex=pl.col("sex").replace_strict({"M": "male", "F": "female"}),
        )
    data = pl.read_csv(REFERENCE / "colon.csv").filter(etype=2)
    if model.startswith("levels"):
        data = data.drop_nulls("node4")
    return data.select(
        "age",
        "time",
        id=pl.col("id").cast(pl.String),
        code="status",
        **{
            factor: pl.col(name).replace_strict(levels, default=None, return_dtype=pl.String)
            for name, (factor, levels) in FACTORS.items()
        },
    )


@cache
def computed(model):
    data = patients(model)
    method = "fine_gray_multivariable" if model == "fine_gray" else "cox_multivariable"
    factors = [name for name in data.columns if name not in ("id", "time", "code", "age")]
    tables = marts(
        population_members=members(all=data["id"].to_list()),
        covariate_intervals=followed(
            "OS", {row["id"]: (row["time"], row["code"]) for row in data.iter_rows(named=True)}
        ),
        subject_factors=rows(
            "subject_factors",
            *((row["id"], "age", None, float(row["age"])) for row in data.iter_rows(named=True)),
            *(
                (row["id"], factor, row[factor], None)
                for row in data.iter_rows(named=True)
                for factor in factors
            ),
        ),
    )
    return compute_results(study(analysis(method, **MODELS[model]), ties="efron"), tables)


@pytest.mark.parametrize("model", MODELS)
def test_terms(model):
    expected = pl.read_csv(REFERENCE / "multivariable_term.csv").filter(pl.col("model") == model)
    name, ratio = ("fine_gray_term", "log_shr") if model == "fine_gray" else ("cox_term", "log_hr")
    found = computed(model)[name]
    assert found["display_order"].to_list() == expected["term"].to_list()
    for ours, theirs in zip(
        found.iter_rows(named=True), expected.iter_rows(named=True), strict=True
    ):
        assert ours["status"] == "ok"
        assert (ours["n"], ours["n_event"]) == (theirs["n"], theirs["n_event"])
        # R does not centre the cubes of a spline
        within = 1e-8 if model in ("spline", "fine_gray") else 1e-10
        close = pytest.approx(theirs["log_ratio"], abs=within * theirs["std_error"], rel=within)
        assert ours[ratio] == close
        assert ours["std_error"] == pytest.approx(theirs["std_error"], rel=within)


@pytest.mark.parametrize("model", MODELS)
def test_joint_tests(model):
    expected = pl.read_csv(REFERENCE / "multivariable_test.csv").filter(pl.col("model") == model)
    found = computed(model)["joint_test"]
    names = [f"{factor}/{part}" for factor, part in found.select("factor", "component").rows()]
    assert names == expected["test"].to_list()
    for ours, theirs in zip(
        found.iter_rows(named=True), expected.iter_rows(named=True), strict=True
    ):
        assert (ours["df"], ours["status"]) == (theirs["df"], "ok")
        assert ours["wald_statistic"] == pytest.approx(theirs["wald"], rel=1e-8)
        if theirs["lr"] is None:
            assert ours["lr_statistic"] is None
            assert ours["lr_status"].startswith("not estimable: no likelihood-ratio test")
        else:
            assert ours["lr_statistic"] == pytest.approx(theirs["lr"], rel=1e-9, abs=1e-9)
