"""The functions in SQL give the numbers of `analytics.methods`, whatever the cohort.

Cohorts of a few subjects up to some hundred, with ties, days without anybody at risk, delayed
entry, groups of nobody and of one, and everybody's event on one day; every transform and variance.
"""

from collections.abc import Mapping
from functools import cache

import duckdb
import numpy as np
import polars as pl
import pytest
from small_warehouse import frame, warehouse

from analytics.methods.competing_risks import cumulative_incidence_at, cumulative_incidence_curve
from analytics.methods.counts import counts_from_times, curve_status
from analytics.methods.follow_up import follow_up
from analytics.methods.kaplan_meier import kaplan_meier_curve, median_survival, survival_at
from analytics.methods.log_rank import n_informative_strata, stratified_log_rank_test
from analytics.methods.restricted_mean import restricted_mean

MONTH = 30.4375
MONTHS = (1.0, 3.5, 12.0, 40.0)
NUMBERS = ("estimate", "std_error", "ci_lower", "ci_upper")
TRANSFORMS = ("log-log", "log", "plain")
SEEDS = range(6)


@cache
def cohort(seed: int, *, competing: bool, **parameters: object) -> duckdb.DuckDBPyConnection:
    """A random cohort on the clock of RFS or of CIR, which has a competing event."""
    draw = np.random.default_rng(seed)
    n = int(draw.integers(3, 260)) if seed % 5 else int(draw.integers(3, 12))
    longest = int(draw.choice([3, 40, 1500]))
    days = draw.integers(0, longest, n)
    codes = draw.choice([0, 1, 2] if competing else [0, 1], n)
    if seed == 3:
        days, codes = np.full(n, 7), np.full(n, 1)
    endpoint = "CIR" if competing else "RFS"
    names = [f"P{i:03d}" for i in range(n)]
    sexes = draw.choice(["male", "female"], n, p=[0.1, 0.9])
    trials = draw.choice(["MT103-206", "MT103-211"], n)
    levels = draw.choice(["1", "2", "3", "4", None], n, p=[0.3, 0.3, 0.2, 0.1, 0.1])
    entries = draw.integers(0, max(longest // 2, 2), n)
    return warehouse(
        [
            (name, endpoint, float(day), int(code))
            for name, day, code in zip(names, days, codes, strict=True)
        ],
        factors=[
            (name, factor, None if level is None else str(level))
            for factor, values in (("sex", sexes), ("trial", trials), ("salvage_line", levels))
            for name, level in zip(names, values, strict=True)
        ],
        entries=[
            (name, endpoint, "mrd_evaluated", float(day))
            for name, day in zip(names, entries, strict=True)
        ],
        changes=[
            *((name, endpoint, "hsct", 0.0, "no") for name in names),
            *(
                (name, endpoint, "hsct", float(day), "yes")
                for name, day, end in zip(names, entries, days, strict=True)
                if 0 < day < end and day % 2
            ),
        ],
        **parameters,
    )


FORMS = {
    "all": "",
    "in groups": "by_factor := 'salvage_line'",
    "delayed entry": "population := 'responders_mrd_evaluable', by_factor := 'sex', "
    "delayed_entry := true",
    "landmark": "by_factor := 'hsct', landmark := 10",
    "time-dependent": "by_factor := 'hsct', landmark := 0.5, time_dependent := true",
}


def counts_of(connection: duckdb.DuckDBPyConnection, question: str) -> dict[str, pl.DataFrame]:
    """Stratum -> counts of the subjects of a question; of nobody where a level has none."""
    subjects = frame(connection, f"subjects({question})")
    strata = frame(connection, f"risk_counts({question})")["stratum"].unique(maintain_order=True)
    return {stratum: _counts(subjects.filter(pl.col("stratum") == stratum)) for stratum in strata}


def _counts(part: pl.DataFrame) -> pl.DataFrame:
    return counts_from_times(part["exit_day"], part["event_code"], entry=part["entry_day"])


def assert_equal(found: pl.DataFrame, expected: pl.DataFrame, columns: tuple[str, ...]) -> None:
    """The columns agree, numbers to 1e-12 of them, NULL where NULL is."""
    assert found.height == expected.height
    for name in columns:
        mine, theirs = found[name], expected[name]
        assert mine.is_null().to_list() == theirs.is_null().to_list(), name
        if mine.dtype.is_numeric():
            np.testing.assert_allclose(
                mine.drop_nulls().to_numpy(), theirs.drop_nulls().to_numpy(), 1e-12, 1e-15, name
            )
        else:
            assert mine.to_list() == theirs.to_list(), name


def without_numbers(curve: pl.DataFrame, status: str) -> pl.DataFrame:
    """Nothing is estimated from nobody or a single subject; no event is a known probability."""
    if status == "ok" or status.endswith("no events"):
        return curve
    return curve.with_columns(pl.lit(None, pl.Float64).alias(name) for name in NUMBERS)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("seed", SEEDS)
def test_curves_medians_rates_means_and_follow_up(seed: int, form: str) -> None:
    transform = TRANSFORMS[seed % 3]
    settings = {"conf_level": 0.9 if seed % 4 == 1 else 0.95, "ci_transform": transform}
    connection = cohort(seed, competing=False, **settings)
    question = ", ".join(filter(None, ("'RFS'", FORMS[form])))
    asked_at = question.replace("'RFS'", f"'RFS', {list(MONTHS)}")
    curves = frame(connection, f"km({question})")
    rates = frame(connection, f"rate({asked_at})")
    medians = frame(connection, f"median({question})")
    moving = "time_dependent" in question
    followed = None if moving else frame(connection, f"follow_up({question})")
    means = None if moving else frame(connection, f"restricted_mean({asked_at})")
    for stratum, counts in counts_of(connection, question).items():
        mine = pl.col("stratum") == stratum
        status = curve_status(counts)
        curve = kaplan_meier_curve(counts, **settings)
        assert_equal(
            curves.filter(mine).rename({"time_days": "time"}),
            without_numbers(curve, status),
            ("time", "n_risk", "n_event", "n_censored", *NUMBERS),
        )
        at = survival_at(curve, [month * MONTH for month in MONTHS])
        assert_equal(rates.filter(mine), without_numbers(at, status), (*NUMBERS, "n_risk"))
        median = median_survival(curve) if status == "ok" else None
        for name, column in (
            ("median", "median_months"),
            ("ci_lower", "median_ci_lower"),
            ("ci_upper", "median_ci_upper"),
        ):
            expected = getattr(median, name, None)
            found = medians.filter(mine)[column][0]
            assert found == (None if expected is None else expected / MONTH), column
        if followed is not None and means is not None:
            expected = follow_up(counts).with_columns(months=pl.col("time") / MONTH)
            assert_equal(followed.filter(mine), expected, ("statistic", "over", "months"))
            horizons = [
                restricted_mean(
                    curve, horizon=month * MONTH, conf_level=float(settings["conf_level"])
                )
                for month in MONTHS
            ]
            expected = pl.DataFrame(
                [
                    {
                        "restricted_mean_months": mean.estimate,
                        "std_error": mean.std_error,
                        "ci_lower": mean.ci_lower,
                        "ci_upper": mean.ci_upper,
                        "status": mean.status,
                    }
                    for mean in horizons
                ],
                schema_overrides=dict.fromkeys(
                    ("restricted_mean_months", *NUMBERS[1:]), pl.Float64
                ),
            ).with_columns(pl.selectors.float() / MONTH)
            assert_equal(means.filter(mine), expected, tuple(expected.columns))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("seed", SEEDS)
def test_incidences(seed: int, form: str) -> None:
    settings = {
        "variance": ("aalen", "delta", "infinitesimal_jackknife")[seed % 3],
        "conf_level": 0.95,
        "ci_transform": TRANSFORMS[(seed + 1) % 3],
    }
    connection = cohort(
        seed,
        competing=True,
        cif_variance=settings["variance"],
        ci_transform=settings["ci_transform"],
    )
    question = ", ".join(filter(None, ("'CIR'", FORMS[form])))
    curves = frame(connection, f"incidence({question})")
    rates = frame(
        connection, f"incidence_rate({question.replace(chr(39) + 'CIR' + chr(39), MONTHS_OF_CIR)})"
    )
    for stratum, counts in counts_of(connection, question).items():
        for event in ("event", "competing"):
            mine = (pl.col("stratum") == stratum) & (pl.col("event") == event)
            status = curve_status(counts, event=event)
            curve = cumulative_incidence_curve(counts, event=event, **settings)
            assert_equal(
                curves.filter(mine).rename({"time_days": "time"}),
                without_numbers(curve, status),
                ("time", "n_risk", "n_event", "n_competing", "n_censored", *NUMBERS),
            )
            at = cumulative_incidence_at(curve, [month * MONTH for month in MONTHS])
            assert_equal(rates.filter(mine), without_numbers(at, status), (*NUMBERS, "n_risk"))


MONTHS_OF_CIR = f"'CIR', {list(MONTHS)}"


def in_test_strata(
    connection: duckdb.DuckDBPyConnection, question: str, factor: str | None
) -> Mapping[str, Mapping[str, pl.DataFrame]]:
    """Test stratum -> group -> counts, of the groups that are known and there."""
    subjects = frame(connection, f"subjects({question})").filter(pl.col("stratum") != "unknown")
    if factor is None:
        subjects = subjects.with_columns(strat=pl.lit("all"))
    else:
        levels = connection.sql(
            f"select usubjid, level as strat from marts.subject_factors where factor = '{factor}'"
        ).pl()
        subjects = subjects.join(levels, on="usubjid").drop_nulls("strat")
    return {
        str(strat): {
            str(group): _counts(rows)
            for (group,), rows in part.partition_by("stratum", as_dict=True).items()
        }
        for (strat,), part in subjects.partition_by("strat", as_dict=True).items()
    }


@pytest.mark.parametrize("stratified", ["trial", "salvage_line", None])
@pytest.mark.parametrize("form", [form for form in FORMS if form != "all"])
@pytest.mark.parametrize("seed", SEEDS)
def test_log_rank_tests(seed: int, form: str, stratified: str | None) -> None:
    if form == "in groups" and stratified == "salvage_line":
        pytest.skip("a factor is not compared in strata of itself")
    connection = cohort(seed, competing=seed % 2 == 0)
    endpoint = "CIR" if seed % 2 == 0 else "RFS"
    question = f"'{endpoint}', {FORMS[form]}"
    strata = in_test_strata(connection, question, stratified)
    by = f", stratified_by := '{stratified}'" if stratified else ""
    found = frame(connection, f"log_rank({question}{by})").row(0, named=True)
    expected = stratified_log_rank_test(strata)
    assert found["status"] == expected.status
    assert found["df"] == (expected.df or None)
    if expected.statistic is None:
        assert found["statistic"] is None and found["p_value"] is None
    else:
        assert found["statistic"] == pytest.approx(expected.statistic, rel=1e-10, abs=1e-13)
        assert found["p_value"] == pytest.approx(expected.p_value, rel=1e-10)
    if stratified:
        assert found["n_strata_informative"] == n_informative_strata(strata)
    every = [counts for groups in strata.values() for counts in groups.values()]
    assert found["n"] == sum(int(counts["n_entry"].sum()) for counts in every)
    assert found["n_event"] == sum(int(counts["n_event"].sum()) for counts in every)
