"""Cox designs and tables: who enters a model, from when, with which values."""

import math

import polars as pl
import pytest
from small_marts import analysis, contrast, followed, marts, members, rows, study

from analytics.results.assembly import compute_results
from analytics.results.cox_design import CoxCohort, column_of, cox_design

OS = CoxCohort("OS", "all")
SUBJECTS = ["a", "b", "c", "d"]
FOLLOWED = followed("OS", {"a": (10, 1), "b": (20, 0), "c": (30, 1), "d": (40, 2)})


def sexes(**levels: str | None) -> pl.DataFrame:
    return rows("subject_factors", *((s, "sex", level, None) for s, level in levels.items()))


def changes(factor: str, *values: tuple[str, float, str | None]) -> pl.DataFrame:
    return rows("factor_changes", *((s, "OS", factor, float(d), lev) for s, d, lev in values))


def test_contrast_is_one_for_the_numerator_and_zero_for_the_denominator():
    tables = marts(
        population_members=members(all=SUBJECTS),
        covariate_intervals=FOLLOWED,
        subject_factors=sexes(a="male", b="female", c="male", d="female"),
    )
    design = cox_design(study(), tables, OS, [contrast("sex", "male", "female")])
    assert design.intervals[column_of("sex")].to_list() == [1, 0, 1, 0]
    assert (design.n, design.n_event, design.n_missing) == (4, 2, 0)


@pytest.mark.parametrize("name", ["usubjid", "tstart", "tstop", "event", "event_code", "stratum"])
@pytest.mark.parametrize("strata", [(), ("race",)])
def test_a_factor_may_be_called_like_a_column_of_the_design(name: str, strata: tuple[str, ...]):
    levels = dict(zip(SUBJECTS, ("male", "female", "male", "female"), strict=True))
    races = [(subject, "race", "white", None) for subject in SUBJECTS]
    designs = []
    for factor in ("sex", name):
        own = study()
        renamed = own.factor("sex").model_copy(update={"factor": factor})
        tables = marts(
            population_members=members(all=SUBJECTS),
            covariate_intervals=FOLLOWED,
            subject_factors=rows(
                "subject_factors",
                *((s, factor, level, None) for s, level in levels.items()),
                *races,
            ),
        )
        designs.append(
            cox_design(
                own.model_copy(update={"factors": (*own.factors, renamed)}),
                tables,
                CoxCohort("OS", "all", strata=strata),
                [contrast("sex", "male", "female").model_copy(update={"factor": factor})],
            )
        )
    expected, found = (design.data() for design in designs)
    assert found.names == (name,)
    assert (found.stratum is None) == (expected.stratum is None) == (not strata)
    for part in ("tstart", "tstop", "event", "covariates"):
        assert getattr(found, part).tolist() == getattr(expected, part).tolist()
    assert found.covariates.ravel().tolist() == [1, 0, 1, 0]


def test_competing_event_counts_as_censored():
    tables = marts(population_members=members(all=SUBJECTS), covariate_intervals=FOLLOWED)
    design = cox_design(study(), tables, OS, [])
    assert design.intervals["event"].to_list() == [True, False, True, False]


def test_level_in_neither_part_of_the_contrast_is_missing():
    tables = marts(
        population_members=members(all=SUBJECTS),
        covariate_intervals=FOLLOWED,
        subject_factors=rows(
            "subject_factors",
            ("a", "race", "white", None),
            ("b", "race", "asian", None),
            ("c", "race", "other", None),
            ("d", "race", None, None),
        ),
    )
    design = cox_design(study(), tables, OS, [contrast("race", "white", "other")])
    assert design.intervals["usubjid"].to_list() == ["a", "c"]
    assert (design.n, design.n_event, design.n_missing) == (2, 2, 2)


def test_subject_without_a_row_of_the_factor_is_missing():
    tables = marts(
        population_members=members(all=SUBJECTS),
        covariate_intervals=FOLLOWED,
        subject_factors=sexes(a="male", b="female"),
    )
    assert cox_design(study(), tables, OS, [contrast("sex", "male", "female")]).n_missing == 2


def test_subject_outside_the_population_is_neither_counted_nor_missing():
    tables = marts(
        population_members=members(all=["a", "b"]),
        covariate_intervals=FOLLOWED,
        subject_factors=sexes(a="male", b="female"),
    )
    design = cox_design(study(), tables, OS, [contrast("sex", "male", "female")])
    assert (design.n, design.n_missing) == (2, 0)


def split_at_15() -> pl.DataFrame:
    return rows(
        "covariate_intervals",
        ("a", "OS", 1, 0.0, 15.0, 0),
        ("a", "OS", 2, 15.0, 30.0, 1),
        ("b", "OS", 1, 0.0, 20.0, 1),
    )


def test_time_dependent_factor_holds_its_last_change_on_or_before_the_start():
    tables = marts(
        population_members=members(all=["a", "b"]),
        covariate_intervals=split_at_15(),
        factor_changes=changes("hsct", ("a", 0, "no"), ("a", 15, "yes"), ("b", 0, "no")),
    )
    design = cox_design(study(), tables, OS, [contrast("hsct")])
    assert design.intervals.select("usubjid", "tstart", column_of("hsct")).rows() == [
        ("a", 0, 0),
        ("a", 15, 1),
        ("b", 0, 0),
    ]


def test_change_within_an_interval_is_not_known_in_it():
    # a change on the day of the event has its old value at that event
    tables = marts(
        population_members=members(all=["b"]),
        covariate_intervals=split_at_15(),
        factor_changes=changes("hsct", ("b", 0, "no"), ("b", 20, "yes")),
    )
    design = cox_design(study(), tables, OS, [contrast("hsct")])
    assert design.intervals[column_of("hsct")].to_list() == [0]


def test_split_at_the_change_of_another_factor_is_mended():
    # else ranks of time, and the test that uses them, would depend on who else is in the plan
    tables = marts(
        population_members=members(all=["a", "b"]),
        covariate_intervals=split_at_15(),
        factor_changes=changes("hsct", ("a", 0, "no"), ("b", 0, "no")),
    )
    design = cox_design(study(), tables, OS, [contrast("hsct")])
    whole = (
        split_at_15()
        .group_by("usubjid", maintain_order=True)
        .agg(pl.col("tstart").min(), pl.col("tstop").max(), pl.col("event_code").last())
    )
    assert whole.height < split_at_15().height
    found = design.intervals.select("usubjid", "tstart", "tstop", "event_code")
    assert found.rows() == whole.sort("usubjid").rows()


def test_subject_with_one_missing_interval_is_left_out_whole():
    tables = marts(
        population_members=members(all=["a", "b"]),
        covariate_intervals=split_at_15(),
        factor_changes=changes("mrd", ("a", 0, "no"), ("a", 15, None), ("b", 0, "no")),
    )
    design = cox_design(study(), tables, OS, [contrast("mrd")])
    assert design.intervals["usubjid"].to_list() == ["b"]
    assert design.n_missing == 1


def test_continuous_factor_enters_with_its_value():
    ages = rows("subject_factors", ("a", "age", None, 40.0), ("b", "age", None, 61.0))
    tables = marts(
        population_members=members(all=["a", "b"]),
        covariate_intervals=split_at_15(),
        subject_factors=ages,
    )
    design = cox_design(study(), tables, OS, [contrast("age")])
    assert design.intervals[column_of("age")].to_list() == [40, 61]


def test_delayed_entry_begins_at_the_last_entry_fact():
    tables = marts(
        population_members=members(all=["a", "b"]),
        covariate_intervals=split_at_15(),
        entry_times=rows(
            "entry_times",
            ("a", "OS", "mrd_evaluated", 5.0),
            ("a", "OS", "hsct", 18.0),
            ("b", "OS", "mrd_evaluated", 20.0),
            ("b", "OS", "hsct", 7.0),
        ),
    )
    late = CoxCohort("OS", "all", ("mrd_evaluated", "hsct"))
    design = cox_design(study(), tables, late, [])
    # b's event on its entry day 20 is not under observation
    assert design.intervals.select("usubjid", "tstart", "tstop", "event").rows() == [
        ("a", 18, 30, True)
    ]
    assert (design.n, design.n_event) == (1, 1)


def test_entry_before_the_origin_changes_nothing():
    tables = marts(
        population_members=members(all=["a"]),
        covariate_intervals=split_at_15(),
        entry_times=rows("entry_times", ("a", "OS", "mrd_evaluated", -9.0)),
    )
    design = cox_design(study(), tables, CoxCohort("OS", "all", ("mrd_evaluated",)), [])
    assert design.intervals["tstart"].to_list() == [0]


def test_subject_without_an_entry_fact_never_enters():
    tables = marts(population_members=members(all=["a"]), covariate_intervals=split_at_15())
    assert cox_design(study(), tables, CoxCohort("OS", "all", ("hsct",)), []).n == 0


def univariate(*factors: object, **tables: pl.DataFrame) -> dict[str, pl.DataFrame]:
    return compute_results(study(analysis("cox_univariate", factors=factors)), marts(**tables))


def test_hazard_ratio_of_two_by_two_subjects_worked_by_hand():
    # deaths: day 10 (male of 2 + 2), day 20 (female of 1 + 2), day 30 (male of 1 + 1), so the
    # likelihood is x/(2x+2) * 1/(x+2) * x/(x+1), whose maximum is at x = (1 + sqrt(17)) / 2
    results = univariate(
        contrast("sex", "male", "female"),
        population_members=members(all=SUBJECTS),
        covariate_intervals=followed(
            "OS", {"a": (10, 1), "b": (20, 1), "c": (30, 1), "d": (40, 0)}
        ),
        subject_factors=sexes(a="male", b="female", c="male", d="female"),
    )
    term = results["cox_term"].row(0, named=True)
    assert term["hr"] == pytest.approx((1 + math.sqrt(17)) / 2)
    assert term["ci_lower"] == pytest.approx(term["hr"] * math.exp(-1.959964 * term["std_error"]))
    assert (term["numerator"], term["denominator"], term["timing"]) == (
        "male",
        "female",
        "baseline",
    )
    model = results["cox_model"].row(0, named=True)
    assert (model["n"], model["n_event"], model["df"], model["status"]) == (4, 3, 1, "ok")
    assert model["log_likelihood_null"] == pytest.approx(-math.log(4 * 3 * 2))
    assert results["cox_diagnostic"]["factor"].to_list() == ["sex", "GLOBAL"]


def test_level_without_events_is_a_status_and_never_a_number():
    results = univariate(
        contrast("sex", "male", "female"),
        population_members=members(all=SUBJECTS),
        covariate_intervals=followed(
            "OS", {"a": (10, 1), "b": (40, 0), "c": (30, 1), "d": (40, 0)}
        ),
        subject_factors=sexes(a="male", b="female", c="male", d="female"),
    )
    for table, numbers in (
        ("cox_model", ["log_likelihood", "wald_p"]),
        ("cox_term", ["hr", "p_value"]),
        ("cox_diagnostic", ["statistic", "p_value"]),
    ):
        assert results[table]["status"].str.starts_with("not estimable: monotone").all()
        assert results[table].select(numbers).null_count().sum_horizontal().item() == (
            len(numbers) * results[table].height
        )


def test_model_of_nobody_keeps_its_rows():
    results = univariate(contrast("sex", "male", "female"))
    assert results["cox_model"].select("n", "status").row(0) == (0, "not estimable: no subjects")
    assert results["cox_term"]["status"].to_list() == ["not estimable: no subjects"]


def test_model_says_its_population_caution_and_what_is_inferred():
    known = contrast("sex", "male", "female", population="some", caution="Careful.", inferred="Yes")
    results = univariate(
        known,
        population_members=members(all=SUBJECTS, some=["a", "b"]),
        covariate_intervals=FOLLOWED,
        subject_factors=sexes(a="male", b="female", c="male"),
    )
    model = results["cox_model"].row(0, named=True)
    assert (model["population"], model["caution"], model["inferred"]) == ("some", "Careful.", "Yes")
    assert (model["n"], model["n_missing"]) == (2, 0)


def stratified(
    levels: dict[str, str | None], *more: tuple[str, str, str], by: tuple[str, ...] = ("race",)
) -> dict[str, pl.DataFrame]:
    """Sex in strata of race; deaths on days 10 and 20 in either, one man left in the first.

    `more` are levels of further factors: subject, factor, level.
    """
    sexes_of = {"a": "male", "b": "female", "g": "male", "c": "female", "d": "male"}
    races = rows(
        "subject_factors",
        *((s, "race", level, None) for s, level in levels.items()),
        *((*one, None) for one in more),
    )
    ends = {"a": (10, 1), "b": (20, 1), "g": (30, 0), "c": (10, 1), "d": (20, 1)}
    plan = analysis(
        "cox_univariate", stratified_by=by, factors=(contrast("sex", "male", "female"),)
    )
    tables = marts(
        population_members=members(all=list(ends)),
        covariate_intervals=followed("OS", ends),
        subject_factors=sexes(**sexes_of).extend(races),
    )
    return compute_results(study(plan), tables)


RACES = {"a": "white", "b": "white", "g": "white", "c": "asian", "d": "asian"}


def test_each_stratum_has_its_own_baseline_hazard():
    # white: x/(2x+1), then 1/(x+1); asian: 1/(x+1), then d alone. The product is largest where
    # 4x^2 + x = 1
    term = stratified(RACES)["cox_term"].row(0, named=True)
    assert term["hr"] == pytest.approx((math.sqrt(17) - 1) / 8)
    assert (term["n"], term["n_event"], term["status"]) == (5, 4, "ok")


def test_subject_of_unknown_stratum_is_missing():
    model = stratified({**RACES, "g": None})["cox_model"].row(0, named=True)
    assert (model["n"], model["n_missing"]) == (4, 1)


def test_strata_are_counted_and_say_whether_they_tell_something():
    model = stratified(RACES)["cox_model"].row(0, named=True)
    assert (model["n_strata"], model["n_strata_informative"], model["caution"]) == (2, 2, None)
    alone = stratified({**RACES, "c": "other"})["cox_model"].row(0, named=True)
    assert (alone["n_strata"], alone["n_strata_informative"]) == (3, 1)
    assert alone["caution"] == (
        "Strata: 2 of 3 without information, as they have no event at which a factor of the model "
        "varies among those at risk."
    )


def test_strata_of_two_factors_are_the_combinations_that_occur():
    # those without T411 are the first man and the Asians: white a | white b, g | asian c, d
    more = [(s, "t411", "no" if s in {"a", "c", "d"} else "yes") for s in RACES]
    results = stratified(RACES, *more, by=("t411", "race"))
    model, term = (results[name].row(0, named=True) for name in ("cox_model", "cox_term"))
    assert (model["n"], model["n_strata"], model["n_strata_informative"]) == (5, 3, 2)
    # day 20: b of b and g; day 10: c of c and d, then d alone: 1/(1+x) twice, no maximum
    assert term["status"].startswith("not estimable: monotone likelihood")


def test_a_level_that_is_not_known_leaves_no_stratum():
    more = [(s, "t411", "yes") for s in RACES if s != "a"]
    model = stratified(RACES, *more, by=("race", "t411"))["cox_model"].row(0, named=True)
    assert (model["n"], model["n_missing"], model["n_strata"]) == (4, 1, 2)


def test_model_without_strata_counts_none():
    results = univariate(
        contrast("sex", "male", "female"),
        population_members=members(all=SUBJECTS),
        covariate_intervals=FOLLOWED,
        subject_factors=sexes(a="male", b="female", c="male"),
    )
    model = results["cox_model"].row(0, named=True)
    assert (model["n_strata"], model["n_strata_informative"]) == (None, None)
