"""The history of a study tells no small difference between two of its releases."""

from typing import Any

import polars as pl

from analytics.release.disclosure import limited
from analytics.study.specification import Publication

ELEVEN = Publication(smallest_cell=11)
LINE: dict[str, Any] = {
    "analysis_id": "os",
    "number": "median",
    "model": None,
    "factor": None,
    "contrast": None,
    "event": None,
    "time_months": None,
}


def history(*releases: tuple[int, int, float]) -> pl.DataFrame:
    """A line of the history: subjects, events and the number of each release, the first first."""
    rows = []
    for order, (n, n_event, value) in enumerate(releases, start=1):
        before = releases[order - 2] if order > 1 else (None, None, None)
        rows.append(
            {
                "release_order": order,
                "release_id": f"r{order}",
                "previous_release_id": f"r{order - 1}" if order > 1 else None,
                "n_subjects": n,
                **LINE,
                "n": n,
                "n_event": n_event,
                "n_risk": None,
                "value": value,
                "n_event_previous": before[1],
                "n_risk_previous": None,
                "value_previous": before[2],
                "difference": None if before[2] is None else value - before[2],
                "status": "ok",
            }
        )
    texts = dict.fromkeys(("model", "factor", "contrast", "event"), pl.String)
    counts = dict.fromkeys(("n_risk", "n_risk_previous"), pl.Int64)
    return pl.DataFrame(rows, schema_overrides={**texts, **counts, "time_months": pl.Float64})


def shown(*releases: tuple[int, int, float]) -> pl.DataFrame:
    return limited({"release_history": history(*releases)}, ELEVEN)["release_history"]


def test_a_small_difference_of_events_hides_the_earlier_number() -> None:
    rows = shown((100, 60, 7.0), (100, 63, 7.5))
    assert rows["n_event"].to_list() == [None, 63]
    assert rows["value"].to_list() == [None, 7.5]
    assert rows["n"].to_list() == [100, 100]
    assert rows["status"][0].startswith("suppressed: fewer than 11 subjects")
    last = rows.row(1, named=True)
    assert (last["n_event_previous"], last["value_previous"], last["difference"]) == (None,) * 3


def test_the_same_count_and_a_large_difference_are_shown() -> None:
    rows = shown((100, 60, 7.0), (100, 60, 7.1), (120, 80, 7.5))
    assert rows["n_event"].to_list() == [60, 60, 80]
    assert rows["difference"].round(9).to_list() == [None, 0.1, 0.4]


def test_two_large_differences_that_tell_a_small_one_are_not_both_shown() -> None:
    """20 patients and 15 events more are 5 more without an event."""
    rows = shown((100, 60, 7.0), (120, 75, 7.5))
    assert rows["n"].to_list() == [100, 120]
    assert rows["n_event"].to_list() == [None, 75]


def test_differences_with_a_large_common_divisor_are_all_shown() -> None:
    rows = shown((100, 60, 7.0), (112, 72, 7.1), (136, 96, 7.5))
    assert rows["n"].to_list() == [100, 112, 136]
    assert rows["n_event"].to_list() == [60, 72, 96]


def test_a_line_that_the_last_release_does_not_have_is_hidden() -> None:
    whole = history((100, 60, 7.0), (100, 60, 7.5))
    other = whole.with_columns(
        analysis_id=pl.when(pl.col("release_order") == 1)
        .then(pl.lit("efs"))
        .otherwise("analysis_id")
    )
    rows = limited({"release_history": other}, ELEVEN)["release_history"]
    assert rows["n_event"].to_list() == [None, 60]


def test_each_count_is_compared_with_the_last_one() -> None:
    rows = shown((100, 60, 1.0), (100, 66, 2.0), (100, 72, 3.0))
    assert rows["n_event"].to_list() == [60, None, 72]
    assert rows["value_previous"].to_list() == [None, None, None]


def test_the_number_of_subjects_is_compared_too() -> None:
    rows = shown((97, 60, 1.0), (100, 60, 2.0))
    assert rows["n_subjects"].to_list() == [None, 100]
    assert rows["n"].to_list() == [None, 100]


def test_a_count_that_the_last_release_hides_is_hidden_of_all() -> None:
    rows = shown((100, 40, 1.0), (100, 10, 2.0))
    assert rows["n_event"].to_list() == [None, None]


def test_without_limits_the_history_is_whole() -> None:
    whole = history((100, 60, 7.0), (100, 63, 7.5))
    assert limited({"release_history": whole}, Publication())["release_history"].equals(whole)
