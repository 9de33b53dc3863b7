"""Reported values held against results: digits, claims, and what cannot be found."""

from pathlib import Path
from typing import Any

import pytest
from small_marts import analysis, counts, marts, study

from analytics.results.assembly import compute_results
from analytics.results.concordance import as_printed, concordance_frame
from analytics.results.schemas import RESULT_TABLES
from analytics.study import load_study
from analytics.study.published import PublishedValue, load_published
from analytics.study.specification import Parameters

STUDY_FOLDER = Path(__file__).parents[2] / "studies" / "blinatumomab"
# S is exactly one half from day 60 to day 150, so the median is day 105 = 3.5 months
DEAD = counts("os", "all", (0, 2, 0, 0, 0), (60, 0, 1, 0, 0), (150, 0, 1, 0, 0))
PLAN = study(analysis("kaplan_meier", landmarks_months=(3,)))


def reported(published: str, **more: Any) -> PublishedValue:
    return PublishedValue(
        **{
            "published_id": "SV.MEDIAN",
            "quantity": "value",
            "kind": "computed",
            "source": "Abstract",
            "published": published,
            "table": "survival_summary",
            "filters": (("analysis_id", "os"), ("stratum", "all")),
            "column": "median_months",
            "transform": "none",
            **more,
        }
    )


def held_against(value: PublishedValue) -> dict[str, Any]:
    results = compute_results(PLAN, marts(risk_counts=DEAD))
    return concordance_frame([value], results, Parameters()).row(0, named=True)


def test_value_is_printed_with_the_digits_of_the_reported_one():
    row = held_against(reported("3.5"))
    assert (row["computed"], row["computed_as_printed"], row["matches"]) == (3.5, "3.5", True)
    assert held_against(reported("3.50"))["computed_as_printed"] == "3.50"
    # half away from zero
    assert held_against(reported("3"))["computed_as_printed"] == "4"


def test_fraction_is_reported_as_a_percentage():
    row = held_against(
        reported(
            "50.0",
            table="survival_rate",
            column="estimate",
            transform="percent",
            filters=(("analysis_id", "os"), ("time_months", "3")),
        )
    )
    assert (row["computed"], row["computed_as_printed"], row["matches"]) == (50.0, "50.0", True)


def test_count_is_reported_without_decimals():
    row = held_against(reported("2", column="n"))
    assert (row["computed"], row["computed_as_printed"], row["matches"]) == (2.0, "2", True)


def test_other_number_does_not_match():
    assert held_against(reported("3.4"))["matches"] is False


@pytest.mark.parametrize(
    ("more", "note"),
    [
        ({"table": "median"}, "not computed: there is no result table 'median'"),
        ({"column": "mean"}, "not computed: table 'survival_summary' has no column 'mean'"),
        (
            {"filters": (("analysis_id", "rfs"),)},
            "not computed: no row of 'survival_summary' with analysis_id=rfs",
        ),
        (
            {"table": "survival_curve", "column": "estimate"},
            "not computed: 3 rows of 'survival_curve' with analysis_id=os;stratum=all",
        ),
        ({"column": "median_ci_upper"}, "not computed: 'median_ci_upper' is unknown"),
        ({"column": "status"}, "not computed: 'status' is not a number"),
    ],
)
def test_value_that_cannot_be_found_keeps_its_row_and_does_not_match(more, note):
    row = held_against(reported("3.5", **more))
    assert (row["computed"], row["computed_as_printed"], row["matches"]) == (None, None, False)
    assert row["note"] == note


def test_status_of_the_result_is_the_reason():
    late = counts("os", "all", (0, 2, 0, 0, 0), (60, 0, 0, 0, 2))
    results = compute_results(PLAN, marts(risk_counts=late))
    row = concordance_frame([reported("3.5", note="as said")], results, Parameters()).row(
        0, named=True
    )
    assert row["note"] == "not computed: not estimable: no events; as said"


def test_claim_reads_as_reported_when_it_holds():
    assert as_printed(0.049, "below_0.05", "ecog") == (0.049, "ecog")
    assert as_printed(0.05, "below_0.05", "ecog") == (0.05, "not below 0.05")


def test_share_in_words_is_the_nearest_third():
    assert as_printed(32.7, "nearest_third", "one-third") == (32.7, "one-third")
    assert as_printed(60.0, "nearest_third", "one-third") == (60.0, "two-thirds")


def test_arithmetic_on_printed_numbers_is_shown_beside_ours_and_judged_by_nobody():
    row = held_against(reported("99", kind="derived", column="n"))
    assert (row["computed"], row["computed_as_printed"], row["matches"]) == (2.0, "2", None)
    absent = held_against(reported("99", kind="derived", column="mean"))
    assert (absent["computed"], absent["matches"]) == (None, None)
    assert absent["note"].startswith("not computed: ")


def test_parameter_is_held_against_the_rule_it_stands_for():
    row = held_against(
        reported(
            "0.0001",
            kind="definition",
            table="parameter",
            filters=(("name", "mrd_threshold"),),
            column="value",
        )
    )
    assert (row["computed_as_printed"], row["matches"]) == ("0.0001", True)


def test_cited_value_is_held_against_nothing():
    row = held_against(
        reported(
            "4.0",
            kind="cited",
            table=None,
            filters=(),
            column=None,
            transform=None,
            note="elsewhere",
        )
    )
    assert (row["matches"], row["computed"], row["note"]) == (None, None, "elsewhere")


def test_misprint_is_shown_beside_what_was_computed():
    row = held_against(reported("3.4", kind="misprint", note="see errata"))
    assert (row["computed_as_printed"], row["matches"], row["note"]) == ("3.5", False, "see errata")


def test_reported_values_change_no_other_table():
    tables = marts(risk_counts=DEAD)
    without = compute_results(PLAN, tables)
    results = {name: frame.clone() for name, frame in without.items()}
    concordance_frame([reported("3.5")], results, Parameters())
    assert "published_concordance" not in without
    assert all(results[name].equals(frame) for name, frame in without.items())


def test_every_reported_value_of_the_default_study_names_a_cell_that_can_exist():
    plan = {item.analysis_id: item for item in load_study(STUDY_FOLDER).analyses}
    published = load_published(STUDY_FOLDER)
    assert published
    for value in published:
        if value.table in (None, "parameter"):
            continue
        columns = RESULT_TABLES[value.table].schema
        assert value.column in columns, value
        assert {column for column, _ in value.filters} <= set(columns), value
        assert dict(value.filters)["analysis_id"] in plan, value
