"""Rows of multi-state analyses: sums, hazards of moves, and where those in a state are later."""

import polars as pl
import pytest
from small_marts import analysis, marts, rows, study

from analytics.results.assembly import compute_results
from analytics.study.specification import State, StateSum

STATES = (
    State(state="well", label="Well"),
    State(state="ill", label="Ill", fact="relapse"),
    State(state="dead", label="Dead", ends="event"),
)
ALIVE = StateSum(name="alive", label="Alive", states=("well", "ill"))
# Months of 30 days. Four are well; in month 1 one falls ill, in month 2 one of the well and the ill
# one die, in month 3 one is seen last, in month 4 the last one falls ill, who is seen to month 5.
MOVES = (
    (0.0, None, "well", 4),
    (30.0, "well", "ill", 1),
    (60.0, "well", "dead", 1),
    (60.0, "ill", "dead", 1),
    (90.0, "well", None, 1),
    (120.0, "well", "ill", 1),
    (150.0, "ill", None, 1),
)
BEYOND = "not estimable: beyond the last observation"


@pytest.fixture(scope="module")
def results() -> dict[str, pl.DataFrame]:
    plan = analysis(
        "multi_state",
        states=STATES,
        sums=(ALIVE,),
        from_months=(1.0,),
        landmarks_months=(1.0, 2.0, 5.0, 6.0),
        restricted_mean_months=(4.0,),
    )
    moves = rows("state_moves", *(("os", "all", *move) for move in MOVES))
    return compute_results(study(plan), marts(state_moves=moves))


def test_a_sum_stands_beside_its_states(results: dict[str, pl.DataFrame]) -> None:
    at_2 = results["state_probability"].filter(time_months=2.0)
    assert at_2.select("state", "is_sum", "n_risk").rows() == [
        ("well", False, 3), ("ill", False, 1), ("dead", False, 0), ("alive", True, 4)
    ]  # fmt: skip
    assert at_2["estimate"].to_list() == pytest.approx([1 / 2, 0, 1 / 2, 1 / 2])
    times = results["state_time"].select("state", "is_sum", "mean_months").rows()
    assert times[-1] == ("alive", True, pytest.approx(3))


def test_a_hazard_is_known_while_anybody_is_in_the_state(results: dict[str, pl.DataFrame]) -> None:
    ill = results["transition_hazard"].filter(from_state="well", to_state="ill")
    assert ill.select("time_months", "n", "n_risk", "n_moved", "estimate", "status").rows() == [
        (1, 4, 4, 1, 0.25, "ok"), (2, 4, 3, 1, 0.25, "ok"),
        (5, 4, 0, 2, None, BEYOND), (6, 4, 0, 2, None, BEYOND),
    ]  # fmt: skip
    curve = results["transition_hazard_curve"].filter(from_state="well", to_state="ill")
    assert curve.select("time_days", "time_months", "n_risk", "n_moved", "estimate").rows() == [
        (0, 0, 4, 0, 0), (30, 1, 4, 1, 0.25), (120, 4, 1, 1, 1.25)
    ]  # fmt: skip


def test_from_a_month_on_only_later_landmarks_are_asked(results: dict[str, pl.DataFrame]) -> None:
    later = results["transition_probability"]
    assert set(later["from_months"]) == {1}
    assert later["time_months"].unique().sort().to_list() == [2, 5, 6]
    well = later.filter(from_state="well", time_months=2.0)
    assert well["to_state"].to_list() == ["well", "ill", "dead", "alive"]
    assert well["is_sum"].to_list() == [False, False, False, True]
    assert well["n_given"].to_list() == [3] * 4
    assert well["estimate"].to_list() == pytest.approx([2 / 3, 0, 1 / 3, 2 / 3])
    assert set(later.filter(from_state="ill")["status"]) == {
        "not estimable: fewer than two subjects at risk"
    }
    assert set(later.filter(from_state="well", time_months=6.0)["status"]) == {BEYOND}
