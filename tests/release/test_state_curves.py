"""Curves of states are left out on days on which a state has few subjects."""

import polars as pl

from analytics.release.disclosure import limited
from analytics.study.specification import Publication

ELEVEN = Publication(smallest_cell=11)


def curve(analysis: str, stratum: str, **states: tuple[int, ...]) -> pl.DataFrame:
    """Subjects in each state on days 0, 1, 2 ... in months; groups are named."""
    return pl.concat(
        pl.DataFrame(
            {
                "analysis_id": analysis,
                "endpoint": "OS",
                "population_label": "All",
                "strata_label": None if stratum == "all" else "Arm",
                "stratum": stratum,
                "state": state,
                "point": "day",
                "time_months": [float(month) for month in range(len(numbers))],
                "n": None,
                "n_risk": list(numbers),
                "probability_percent": [1.0] * len(numbers),
                "caution": None,
                "status": "ok",
            },
            schema_overrides={"n": pl.Int64, "caution": pl.String, "strata_label": pl.String},
        )
        for state, numbers in states.items()
    )


def months(frame: pl.DataFrame, analysis: str, stratum: str) -> list[list[float]]:
    """The months that are left of each state of a curve."""
    mine = frame.filter(analysis_id=analysis, stratum=stratum)
    return [part["time_months"].to_list() for part in mine.partition_by("state")]


def test_a_day_goes_with_all_its_states() -> None:
    frame = curve("course", "all", well=(40, 38, 25), dead=(0, 2, 15))
    shown = limited({"state_probabilities": frame}, ELEVEN)["state_probabilities"]
    assert months(shown, "course", "all") == [[0.0, 2.0], [0.0, 2.0]]


def test_a_day_that_one_group_hides_is_hidden_of_the_others_and_not_of_all() -> None:
    frame = pl.concat(
        [
            curve("course", "all", well=(80, 58, 40), dead=(0, 22, 40)),
            curve("by_arm", "A", well=(40, 30, 20), dead=(0, 10, 20)),
            curve("by_arm", "B", well=(40, 28, 20), dead=(0, 12, 20)),
        ]
    )
    shown = limited({"state_probabilities": frame}, ELEVEN)["state_probabilities"]
    assert months(shown, "course", "all") == [[0.0, 1.0, 2.0]] * 2
    assert months(shown, "by_arm", "A") == months(shown, "by_arm", "B") == [[0.0, 2.0]] * 2


def test_without_limits_every_day_is_shown() -> None:
    frame = curve("course", "all", well=(40, 38, 25), dead=(0, 2, 15))
    assert limited({"state_probabilities": frame}, Publication())["state_probabilities"].equals(
        frame
    )
