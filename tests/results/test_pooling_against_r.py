"""Pooled trials against R's survival, cmprsk and metafor (make_reference_pooling.R)."""

from functools import cache
from pathlib import Path

import polars as pl
import pytest
from small_marts import analysis, contrast, followed, marts, members, rows, study

from analytics.methods.counts import counts_from_times
from analytics.results.assembly import compute_results

REFERENCE = Path(__file__).parents[1] / "reference"
LEVELS = ("1", "2", "3", "4")


def reference(name: str) -> pl.DataFrame:
    return pl.read_csv(REFERENCE / f"{name}.csv")


def patients() -> pl.DataFrame:
    """A row per patient of two arms: death, and the recurrence or the death without one."""
    colon = pl.read_csv(REFERENCE / "colon.csv").filter(lev=0)
    deaths, first = colon.filter(etype=2), colon.filter(etype=1)
    both = deaths.join(first, on="id", suffix="_first")
    return both.with_columns(
        code=pl.when(status_first=1).then(1).when(status=1).then(2).otherwise(0),
        end=pl.when(status_first=1).then("time_first").otherwise("time"),
    )


def by_day(analysis_id: str, cohort: pl.DataFrame, time: str, code: str) -> pl.DataFrame:
    counts = counts_from_times(cohort[time], cohort[code])
    return counts.rename({"time": "day"}).select(
        pl.lit(analysis_id).alias("analysis_id"),
        pl.lit("all").alias("stratum"),
        pl.col("day", "n_entry", "n_event", "n_competing", "n_censored"),
    )


@cache
def computed() -> dict[str, pl.DataFrame]:
    cohort = patients()
    common = {"pooled_over": "extent"}
    curves = (
        analysis("kaplan_meier", analysis_id="km", landmarks_months=(24, 60), **common),
        analysis("cumulative_incidence", analysis_id="cif", landmarks_months=(24, 60), **common),
    )
    models = (
        analysis("cox_univariate", analysis_id="cox", factors=(contrast("t411"),), **common),
        analysis(
            "fine_gray", analysis_id="fg", endpoint="TTR", factors=(contrast("t411"),), **common
        ),
    )
    ends = {"km": ("time", "status"), "cif": ("end", "code")}
    subjects = cohort["id"].cast(pl.String).to_list()
    tables = marts(
        risk_counts=pl.concat([by_day(name, cohort, *of) for name, of in ends.items()]),
        pooled_risk_counts=pl.concat(
            [
                by_day(name, cohort.filter(extent=int(level)), *of).select(
                    "analysis_id", pl.lit(level).alias("pooled_level"), pl.exclude("analysis_id")
                )
                for name, of in ends.items()
                for level in LEVELS
            ]
        ),
        population_members=members(all=subjects),
        covariate_intervals=pl.concat(
            [
                followed(paramcd, dict(zip(subjects, cohort.select(*of).rows(), strict=True)))
                for paramcd, of in (("OS", ends["km"]), ("TTR", ends["cif"]))
            ]
        ),
        subject_factors=rows(
            "subject_factors",
            *(
                (str(row["id"]), factor, level, None)
                for row in cohort.iter_rows(named=True)
                for factor, level in (
                    ("extent", str(row["extent"])),
                    ("t411", "yes" if row["lev5fu"] else "no"),
                )
            ),
        ),
    )
    return compute_results(study(*curves, *models, ties="efron"), tables)


def row_of(table: str, row: dict[str, object], **more: object) -> dict[str, object]:
    """Our row of the same number."""
    found = computed()[table].filter(
        pl.col("quantity") == row["quantity"],
        pl.col("time_months").eq_missing(pl.lit(row["time"], dtype=pl.Float64)),
        pl.col("event").eq_missing("event") | pl.col("event").is_null(),
        *(pl.col(name).eq_missing(pl.lit(value)) for name, value in more.items()),
    )
    return found.row(0, named=True)


@pytest.mark.parametrize("row", reference("pooling_effect").to_dicts())
def test_each_part_of_the_patients(row: dict[str, object]) -> None:
    part, _, level = str(row["part"]).partition(" ")
    ours = row_of("pooling_effect", row, part=part, level=level or None)
    if row["n"] is not None:
        assert (ours["n"], ours["n_event"]) == (row["n"], row["n_event"])
    if row["estimate"] is None:
        assert (ours["estimate"], str(ours["status"])[:13]) == (None, "not estimable")
        return
    assert ours["estimate"] == pytest.approx(row["estimate"], rel=1e-10)
    assert ours["std_error"] == pytest.approx(row["std_error"], rel=1e-9)


@pytest.mark.parametrize("row", reference("pooling_heterogeneity").to_dicts())
def test_the_differences_between_the_trials(row: dict[str, object]) -> None:
    ours = row_of("pooling_heterogeneity", row)
    assert ours["n_estimates"] == row["n_estimates"]
    for name in ("statistic", "p_value", "i_squared", "tau_squared"):
        assert ours[name] == pytest.approx(row[name], rel=1e-8, abs=1e-12), name
    for name in ("lr_statistic", "lr_df", "lr_p"):
        expected = row[name]
        assert ours[name] == (None if expected is None else pytest.approx(expected, rel=1e-8))


def test_every_number_of_the_event_is_compared() -> None:
    found = computed()["pooling_effect"].filter(
        pl.col("event").fill_null("event") == "event", pl.col("quantity") != "median"
    )
    assert found.height == reference("pooling_effect").height
