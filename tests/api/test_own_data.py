"""The methods on a frame of one's own give what the release gives of the same patients."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from polars.testing import assert_frame_equal

import plateau
from plateau import PlateauError, Release

MONTHS = [6, 12, 36, 300]
FORMS: dict[str, dict[str, Any]] = {
    "all": {},
    "in groups": {"by_factor": "salvage_line"},
    "unknown group": {"by_factor": "race"},
    "delayed entry": {
        "population": "responders_mrd_evaluable",
        "by_factor": "sex",
        "delayed_entry": True,
    },
    "landmark": {"by_factor": "hsct", "landmark": 120},
}
GIVEN = ("exit_day", "event_code")


@pytest.fixture(scope="module")
def release(default_releases: Path) -> Release:
    return plateau.open(default_releases)


def subjects(release: Release, endpoint: str, form: dict[str, Any]) -> pl.DataFrame:
    """The patients of a question, their groups in the order of the study."""
    found = release.survival.subjects(endpoint, **form)
    order = release.survival.follow_up(endpoint, **form)["stratum"].unique(maintain_order=True)
    return found.with_columns(pl.col("stratum").cast(pl.Enum(order.to_list())))


def assert_same(found: pl.DataFrame, expected: pl.DataFrame) -> None:
    """The same columns in the same order, and numbers to 1e-12; strata of nobody are SQL's only."""
    kept = expected.filter(pl.col("n") > 0) if "n" in expected.columns else expected
    assert found.columns == kept.columns
    if "stratum" in kept.columns:
        kept = kept.filter(pl.col("stratum").is_in(found["stratum"].unique().to_list()))
    assert found.height > 0
    assert_frame_equal(found, kept, rel_tol=1e-12, abs_tol=1e-15, check_dtypes=False)


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_curves_and_what_is_read_off_them(release: Release, form: dict[str, Any]) -> None:
    rows = subjects(release, "RFS", form)
    given: dict[str, Any] = {
        "by": "stratum",
        "entry": "entry_day",
        "conventions": release.conventions,
    }
    sql, ends = release.survival, GIVEN
    assert_same(plateau.km(rows, *ends, **given), sql.km("RFS", **form))
    assert_same(plateau.median(rows, *ends, **given), sql.median("RFS", **form))
    assert_same(plateau.rate(rows, *ends, MONTHS, **given), sql.rate("RFS", MONTHS, **form))
    assert_same(
        plateau.restricted_mean(rows, *ends, MONTHS, **given),
        sql.restricted_mean("RFS", MONTHS, **form),
    )
    assert_same(plateau.follow_up(rows, *ends, **given), sql.follow_up("RFS", **form))


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_incidences(release: Release, form: dict[str, Any]) -> None:
    rows = subjects(release, "CIR", form)
    given: dict[str, Any] = {
        "by": "stratum",
        "entry": "entry_day",
        "conventions": release.conventions,
    }
    sql = release.survival
    assert_same(plateau.incidence(rows, *GIVEN, **given), sql.incidence("CIR", **form))
    assert_same(
        plateau.incidence_rate(rows, *GIVEN, MONTHS, **given),
        sql.incidence_rate("CIR", MONTHS, **form),
    )


@pytest.mark.parametrize("form", list(FORMS.values())[1:], ids=list(FORMS)[1:])
@pytest.mark.parametrize("strata", [None, "trial", ["trial", "primary_refractory"]])
def test_the_log_rank_test(release: Release, form: dict[str, Any], strata: Any) -> None:
    rows = subjects(release, "RFS", form)
    names = [strata] if isinstance(strata, str) else strata or []
    levels = release.frame("marts.subject_factors")
    for name in names:
        own = levels.filter(pl.col("factor") == name).select("usubjid", pl.col("level").alias(name))
        rows = rows.join(own, on="usubjid", how="left")
    found = plateau.log_rank(rows, *GIVEN, "stratum", strata, "entry_day")
    assert_same(found, release.survival.log_rank("RFS", **form, stratified_by=strata))


def test_grays_test_is_that_of_the_plan(nsclc_releases: Path) -> None:
    release = plateau.open(nsclc_releases)
    tests = release.query("from results.group_test where test = 'gray' order by analysis_id, event")
    analysis = tests["analysis_id"][0]
    told = release.query(f"from results.analysis where analysis_id = '{analysis}'").to_dicts()[0]
    rows = release.survival.subjects(
        told["endpoint"], population=told["population"], by_factor=told["strata"]
    )
    found = plateau.gray(rows, *GIVEN, "stratum")
    expected = tests.filter(pl.col("analysis_id") == analysis).sort("event", descending=True)
    assert found["event"].to_list() == ["event", "competing"] == expected["event"].to_list()
    names = ["n", "n_event", "n_missing", "statistic", "df", "p_value"]
    assert_frame_equal(
        found.select(names), expected.select(names), rel_tol=1e-10, check_dtypes=False
    )


def test_cox_is_the_model_that_a_release_is_asked_for(release: Release) -> None:
    asked = release.ask("RFS", cox=["ecog", "age"], stratified_by="trial").cox
    assert asked is not None
    rows = release.survival.subjects("RFS")
    factors = release.frame("marts.subject_factors")
    for name, value in (("ecog", "level"), ("trial", "level"), ("age", "value")):
        own = factors.filter(pl.col("factor") == name)
        rows = rows.join(own.select("usubjid", pl.col(value).alias(name)), on="usubjid", how="left")
    found = plateau.cox(
        rows, *GIVEN, ["ecog", "age"], strata="trial", conventions=release.conventions
    )
    known = {(row["term"], row["quantity"]): row["value"] for row in asked.to_dicts()}
    words = {"ecog 1": "ecog: 1", "ecog 2": "ecog: 2", "age": "age, per unit (years)"}
    assert found.terms["term"].to_list() == list(words)
    for row in found.terms.to_dicts():
        for quantity, name in (("hr", "ratio"), ("std_error", "std_error"), ("p_value", "p_value")):
            assert row[name] == pytest.approx(known[words[row["term"]], quantity], rel=1e-9)
    tests = {(row["test"], row["of"]): row["statistic"] for row in found.tests.to_dicts()}
    assert tests["likelihood_ratio", "all terms"] == pytest.approx(
        known["model", "lr_statistic"], rel=1e-9
    )
    assert tests["wald", "ecog"] == pytest.approx(known["ecog", "wald_statistic"], rel=1e-9)
    assert (found.n, found.n_event) == (known["model", "n"], known["model", "n_event"])


# times 1, 2, 3, 4, 5+: S is 0.8, 0.6, 0.4, 0.2, and the third day the first below one half
BY_HAND = {"day": [1.0, 2, 3, 4, 5], "died": [True, True, True, True, False]}


def test_a_curve_by_hand_from_columns_of_any_frame() -> None:
    expected = plateau.km(pl.DataFrame(BY_HAND), "day", "died")
    assert expected["estimate"].to_list() == pytest.approx([1, 0.8, 0.6, 0.4, 0.2, 0.2])
    assert plateau.median(BY_HAND, "day", "died")["median_months"][0] == 3 / 30.4375
    same = [BY_HAND, pd.DataFrame(BY_HAND), pl.DataFrame(BY_HAND).lazy()]
    same.append(pl.DataFrame(BY_HAND).to_arrow())
    for data in same:
        assert_frame_equal(plateau.km(data, "day", "died"), expected)


def test_an_event_on_day_0_is_in_a_model_half_a_day_later() -> None:
    """As the analyses of a plan have it; without it the row would be refused."""
    data = {"day": [0.0, 3, 5, 8, 9, 11], "event": [1, 1, 0, 1, 1, 0], "dose": [3, 1, 2, 1, 3, 2]}
    moved = data | {"day": [0.5, 3, 5, 8, 9, 11]}
    for fit in (plateau.cox, plateau.fine_gray):
        assert_frame_equal(
            fit(data, "day", "event", "dose").terms, fit(moved, "day", "event", "dose").terms
        )


def test_levels_keep_an_order_that_is_given() -> None:
    data = pl.DataFrame(
        {
            "day": np.arange(1, 13),
            "event": [1, 0, 1] * 4,
            "dose": ["low", "high", "none"] * 4,
            "ward": [1.0, math.nan, 2.0] * 4,
        }
    )
    ordered = data.with_columns(pl.col("dose").cast(pl.Enum(["none", "low", "high"])))
    assert plateau.median(data, "day", "event", "dose")["stratum"].to_list() == [
        "high", "low", "none",
    ]  # fmt: skip
    assert plateau.median(ordered, "day", "event", "dose")["stratum"].to_list() == [
        "none", "low", "high",
    ]  # fmt: skip
    model = plateau.cox(ordered, "day", "event", "dose")
    assert set(model.terms["reference"]) == {"none"}
    by_ward = plateau.median(data, "day", "event", "ward")
    assert by_ward["stratum"].to_list() == ["1", "2", "unknown"]
    test = plateau.log_rank(data, "day", "event", "ward")
    assert test.select("n", "n_missing").row(0) == (8, 4)


def test_an_unknown_value_leaves_a_model_and_is_counted() -> None:
    data = pl.DataFrame(
        {"day": range(1, 13), "event": [1, 0, 1] * 4, "x": [1.0, 2, None, 4, math.nan, 6] * 2}
    )
    model = plateau.cox(data, "day", "event", "x")
    assert (model.n, model.n_missing, model.status) == (8, 4, "ok")
    assert "4 left out for an unknown value" in str(model)


TWO = {"day": [1.0, 2.0], "event": [1, 0], "arm": ["a", "b"]}


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: plateau.km(TWO, "days", "event"), "no column 'days' for the time"),
        (lambda: plateau.km(TWO | {"day": [1.0, None]}, "day", "event"), "Time 1 is unknown"),
        (lambda: plateau.km(TWO | {"event": [1, 2]}, "day", "event"), "use incidence"),
        (lambda: plateau.km(TWO | {"event": [1, 3]}, "day", "event"), "An event code is 0"),
        (lambda: plateau.km(TWO, "arm", "event"), "Time values are String"),
        (lambda: plateau.km(3, "day", "event"), "are a int, which is no frame"),
        (lambda: plateau.rate(TWO, "day", "event", []), "months are not positive numbers"),
        (lambda: plateau.rate(TWO, "day", "event", -3), "months are not positive numbers"),
        (lambda: plateau.rate(TWO, "day", "event", "12"), "months are not positive numbers"),  # type: ignore[arg-type]
        (lambda: plateau.rate(TWO, "day", "event", ["12"]), "months are not positive numbers"),  # type: ignore[list-item]
        (lambda: plateau.rate(TWO, "day", "event", None), "months are not positive numbers"),  # type: ignore[arg-type]
        (lambda: plateau.km(TWO | {"event": [1, 2]}, "day", "event"), "subtract 1"),
        (
            lambda: plateau.log_rank(TWO | {"event": [1, 2]}, "day", "event", "arm"),
            "codes 1 and 2 and no 0; if it is coded as R does, 1 censored and 2 event, subtract 1",
        ),
        (
            lambda: plateau.cox(TWO | {"event": [1, 2]}, "day", "event", "arm"),
            "if 2 is a competing event, code it 0",
        ),
        (
            lambda: plateau.cox(TWO | {"x": [1.0, math.inf]}, "day", "event", "x"),
            "'x' has infinite values",
        ),
        (
            lambda: plateau.km(pd.DataFrame(TWO | {"day": [1, "two"]}), "day", "event"),
            "Column 'day' cannot be read: .*two",
        ),
        (lambda: plateau.km(TWO | {"day": [1, "two"]}, "day", "event"), "'day' cannot be read"),
        (
            lambda: plateau.cox(TWO | {"x": [1.0, 2, 3]}, "day", "event", "x"),
            "'x' has 3 values, but the time has 2",
        ),
        (lambda: plateau.log_rank(TWO, "day", "event", "arm", "arm"), "of one test"),
        (lambda: plateau.cox(TWO, "day", "event", []), "at least one term"),
        (lambda: plateau.cox(TWO, "day", "event", ["arm", "arm"]), "named twice"),
        (
            lambda: plateau.cox(TWO | {"arm": ["a", "a"]}, "day", "event", "arm"),
            "1 level among the complete cases",
        ),
        (lambda: plateau.Conventions(conf_level=95), "conf_level is 95"),
        (lambda: plateau.Conventions(ci_transform="logit"), "ci_transform is 'logit'"),  # type: ignore[arg-type]
    ],
)
def test_what_cannot_be_used_is_told_in_a_sentence(call: Any, sentence: str) -> None:
    with pytest.raises(PlateauError, match=sentence):
        call()


@pytest.mark.parametrize("code", [int, np.int64, np.int32, np.float32])
def test_a_month_is_any_number(code: Any) -> None:
    expected = plateau.rate(BY_HAND, "day", "died", [12, 24])
    months: list[Any] = [[code(24), code(12)], np.array([24, 12], dtype=code)]
    for given in months:
        assert_frame_equal(plateau.rate(BY_HAND, "day", "died", given), expected)
    one = plateau.rate(BY_HAND, "day", "died", code(12))
    assert_frame_equal(one, expected.head(1))


def test_a_column_that_nobody_names_may_hold_anything() -> None:
    mixed = {"note": [1, "a", None, 2.5, {}], "day": [1, 2.0, 3, 4.0, 5]}
    expected = plateau.km(BY_HAND, "day", "died")
    for data in (BY_HAND | mixed, pd.DataFrame(BY_HAND | mixed)):
        assert_frame_equal(plateau.km(data, "day", "died"), expected)


def test_competing_events_without_a_censoring_have_incidences() -> None:
    data = {"day": [1.0, 2, 3, 4], "event": [1, 2, 1, 2], "arm": ["a", "b"] * 2}
    found = plateau.incidence_rate(data, "day", "event", 1)
    assert found["estimate"].to_list() == pytest.approx([0.5, 0.5])
    assert set(plateau.gray(data, "day", "event", "arm")["n"]) == {4}


def test_the_level_unknown_is_unknown_in_tests_and_models() -> None:
    levels = ["a", "b", "unknown", "b", "a", None] * 4
    data = {"day": range(1, 25), "event": [1, 0, 1, 1] * 6, "arm": levels}
    known = pl.DataFrame(data).filter(pl.col("arm").is_in(["a", "b"]))
    test = plateau.log_rank(data, "day", "event", "arm")
    assert test.select("n", "n_missing").row(0) == (16, 8)
    ordered = pl.DataFrame(data).with_columns(pl.col("arm").cast(pl.Enum(["unknown", "b", "a"])))
    for given, first in ((data, "a"), (ordered, "b")):
        model = plateau.cox(given, "day", "event", "arm")
        assert (model.n, model.n_missing) == (16, 8)
        assert model.terms["reference"].to_list() == [first]
    assert_frame_equal(
        plateau.cox(data, "day", "event", "arm").terms, plateau.cox(known, *GIVEN_HERE).terms
    )
    whole = {**data, "sex": ["f", "m", "m"] * 8}
    stratified = plateau.log_rank(whole, "day", "event", "sex", "arm")
    assert stratified.select("n", "n_missing").row(0) == (16, 8)
    assert plateau.cox(whole, "day", "event", "sex", "arm").n_missing == 8


GIVEN_HERE = ("day", "event", "arm")


def test_firths_likelihood_is_advised_in_python_and_there() -> None:
    """No event without the treatment: the partial likelihood has no maximum.

    One of two groups has no event, so that Firth's estimate is finite, and its sign is known.
    """
    data = {
        "day": [5.0, 8, 12, 20, 25, 9, 13, 18, 26, 30],
        "event": [1, 1, 1, 0, 1, 0, 0, 0, 0, 0],
        "arm": ["new"] * 5 + ["old"] * 5,
        "site": ["x", "y", "z", "x", "y", "z", "x", "y", "z", "x"],
    }
    plain = plateau.cox(data, "day", "event", "arm")
    assert plain.status.endswith("Firth's penalised likelihood, firth=True: arm old")
    assert set(plain.tests["status"]) == {plain.status}
    found = plateau.cox(data, "day", "event", ["arm", "site"], firth=True)
    assert found.status == "ok"
    row = found.terms.to_dicts()[0]
    assert row["ci_lower"] < row["ratio"] < 1
    assert row["ratio"] < row["ci_upper"]
    tests = {(one["test"], one["of"]): one for one in found.tests.to_dicts()}
    assert tests["likelihood_ratio", "site"]["df"] == 2
    assert tests["proportional_hazards", "all terms"]["statistic"] is None
    one = plateau.cox(data, "day", "event", "arm", firth=True)
    whole = {one["test"]: one for one in one.tests.to_dicts()}
    assert one.terms["p_value"][0] == pytest.approx(whole["likelihood_ratio"]["p_value"], rel=1e-6)


def test_a_model_that_cannot_be_fitted_says_why() -> None:
    model = plateau.cox(TWO | {"event": [0, 0]}, "day", "event", "arm")
    assert model.status == "not estimable: no events"
    assert model.terms["ratio"].null_count() == 1
    assert "not estimable" in model._repr_html_()
