"""The functions in SQL give the tables that `analytics.results` makes of the same subjects.

Cohorts of a few subjects up to some hundred, with ties, days without anybody at risk, delayed
entry, groups of nobody and of one, and everybody's event on one day; with late entries whose first
risk sets are small, that all leave before others come, or of whom never enough are at risk; every
transform and variance.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import duckdb
import numpy as np
import polars as pl
import pytest
from survival_warehouse import frame, study, warehouse

from analytics.methods.counts import counts_from_times
from analytics.methods.log_rank import n_informative_strata, stratified_log_rank_test
from analytics.results.curves import survival_frames
from analytics.results.incidences import incidence_frames
from analytics.study.specification import Analysis

pytestmark = pytest.mark.integration  # a minute of random cohorts
MONTHS = (1.0, 3.5, 12.0, 40.0)
TRANSFORMS = ("log-log", "log", "plain")
VARIANCES = ("aalen", "delta", "infinitesimal_jackknife")
SEEDS = range(3)
FIRST_FEW, EMPTIED_THEN_MORE, EMPTIED_THEN_FEWER = 6, 7, 8
"""Seeds of cohorts with late entries: a few come first; all leave, then others come."""
LATE_SEEDS = (FIRST_FEW, EMPTIED_THEN_MORE, EMPTIED_THEN_FEWER)
SMALLEST: Final = {FIRST_FEW: (10, 25), EMPTIED_THEN_MORE: (10,), EMPTIED_THEN_FEWER: (10, 10_000)}
TOO_FEW = "not estimable: fewer at risk than smallest_risk_set"


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
    if seed in LATE_SEEDS:
        n, entries, days, codes = late_cohort(draw, seed, codes)
        names = [f"P{i:03d}" for i in range(n)]
        sexes = draw.choice(["male", "female"], n)
        trials = draw.choice(["MT103-206", "MT103-211"], n)
        levels = draw.choice(["1", "2", None], n)
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


def late_cohort(draw: np.random.Generator, seed: int, codes: Any) -> tuple[int, Any, Any, Any]:
    """Number, entries, exits and codes: a first wave, and a second one after it has left."""
    first, second = {
        FIRST_FEW: (4, 160),
        EMPTIED_THEN_MORE: (60, 120),
        EMPTIED_THEN_FEWER: (120, 50),
    }[seed]
    early, later = draw.integers(1, 40, first), draw.integers(400, 440, second)
    entries = np.concatenate([early, later])
    stays = np.concatenate([draw.integers(41, 300, first), draw.integers(41, 1200, second)])
    return len(entries), entries, entries + stays, draw.choice(np.unique(codes), len(entries))


FORMS = {
    "all": "",
    "in groups": "by_factor := 'salvage_line'",
    "delayed entry": "population := 'responders_mrd_evaluable', by_factor := 'sex', "
    "delayed_entry := true",
    "landmark": "by_factor := 'hsct', landmark := 10",
    "time-dependent": "by_factor := 'hsct', landmark := 0.5, time_dependent := true",
}
LATE_FORMS = ("delayed entry", "time-dependent")
"""Those in which subjects come under observation after the origin."""
CASES = [
    *((seed, (10, 1, 3)[seed % 3], form) for seed in SEEDS for form in FORMS),
    *(
        (seed, smallest, form)
        for seed in LATE_SEEDS
        for smallest in SMALLEST[seed]
        for form in LATE_FORMS
    ),
]


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


def tables_of(
    connection: duckdb.DuckDBPyConnection, question: str, **parameters: Any
) -> dict[str, pl.DataFrame]:
    """The result tables of an analysis of the same subjects, by name."""
    is_survival = question.startswith("'RFS'")
    analysis = Analysis(
        analysis_id="asked",
        label="Asked",
        method="kaplan_meier" if is_survival else "cumulative_incidence",
        time_dependent_strata="time_dependent" in question,
        landmarks_months=MONTHS,
        restricted_mean_months=MONTHS if is_survival else (),
    )
    frames = survival_frames if is_survival else incidence_frames
    strata = counts_of(connection, question)
    return frames(analysis, strata, None, study(**parameters).parameters)


def asked(endpoint: str, form: str) -> tuple[str, str]:
    """The arguments of a function, and of one that takes months."""
    more = f", {FORMS[form]}" if FORMS[form] else ""
    return f"'{endpoint}'{more}", f"'{endpoint}', {list(MONTHS)}{more}"


def assert_same_tables(
    connection: duckdb.DuckDBPyConnection,
    calls: Mapping[str, str],
    expected: Mapping[str, pl.DataFrame],
) -> None:
    """Every column of every call is that of the result table, in its order."""
    for table, call in calls.items():
        found = frame(connection, call)
        assert ["analysis_id", *found.columns] == expected[table].columns, table
        assert_equal(found, expected[table], tuple(found.columns))


@pytest.mark.parametrize(("seed", "smallest", "form"), CASES)
def test_curves_medians_rates_means_and_follow_up(seed: int, smallest: int, form: str) -> None:
    settings: dict[str, Any] = {
        "conf_level": 0.9 if seed % 4 == 1 else 0.95,
        "ci_transform": TRANSFORMS[seed % 3],
        "smallest_risk_set": smallest,
    }
    connection = cohort(seed, competing=False, **settings)
    question, at = asked("RFS", form)
    calls = {
        "survival_curve": f"km({question})",
        "survival_rate": f"rate({at})",
        "survival_summary": f"median({question})",
        "restricted_mean": f"restricted_mean({at})",
        "follow_up": f"follow_up({question})",
    }
    assert_same_tables(connection, calls, tables_of(connection, question, **settings))


@pytest.mark.parametrize(("seed", "smallest", "form"), CASES)
def test_incidences(seed: int, smallest: int, form: str) -> None:
    settings: dict[str, Any] = {
        "cif_variance": VARIANCES[seed % 3],
        "ci_transform": TRANSFORMS[(seed + 1) % 3],
        "smallest_risk_set": smallest,
    }
    connection = cohort(seed, competing=True, **settings)
    question, at = asked("CIR", form)
    calls = {
        "cumulative_incidence_curve": f"incidence({question})",
        "cumulative_incidence_rate": f"incidence_rate({at})",
    }
    assert_same_tables(connection, calls, tables_of(connection, question, **settings))


@pytest.mark.parametrize("form", LATE_FORMS)
def test_the_cohorts_have_curves_that_start_late_end_early_and_are_nowhere_known(form: str) -> None:
    """Else the tests above would compare curves from the origin on alone."""
    question, _ = asked("RFS", form)

    def days(seed: int, smallest: int) -> pl.DataFrame:
        connection = cohort(seed, competing=False, smallest_risk_set=smallest)
        return frame(connection, f"known_counts({question})")

    assert (days(FIRST_FEW, 10)["start_day"] > 0).any()
    if form == "delayed entry":
        gap = days(EMPTIED_THEN_FEWER, 10)
        assert gap["end_day"].is_not_null().any()
        assert gap["reverse_end_day"].is_not_null().any()
        assert (days(EMPTIED_THEN_MORE, 10)["start_day"] > 300).any()
    assert set(days(EMPTIED_THEN_FEWER, 10_000).filter(pl.col("has_late_entries"))["status"]) == {
        TOO_FEW
    }


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
