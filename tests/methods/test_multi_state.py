"""The course through states, by hand and against its special cases."""

from typing import Literal

import numpy as np
import polars as pl
import pytest

from analytics.methods.competing_risks import cumulative_incidence_curve
from analytics.methods.counts import counts_from_times
from analytics.methods.kaplan_meier import kaplan_meier_curve
from analytics.methods.multi_state import (
    NO_SUMS,
    state_occupancy,
    time_in_states,
    transition_probabilities,
)
from analytics.methods.restricted_mean import restricted_mean
from analytics.methods.state_course import StateCourse, state_course
from analytics.methods.state_moments import Sums
from analytics.methods.transition_hazard import last_at_risk, transition_hazards

STATES = ("well", "ill", "dead")
Move = tuple[float, str, str | None, int]


def course(initial: dict[str, int], *moves: Move) -> StateCourse:
    names = ["time", "from_state", "to_state", "n"]
    return state_course(STATES, initial, pl.DataFrame(moves, schema=names, orient="row"))


def occupancy(of: StateCourse, state: str) -> pl.DataFrame:
    found = state_occupancy(of, conf_level=0.95, ci_transform="plain")
    return found.filter(pl.col("state") == state)


# Four are well. On day 1 one falls ill, on day 2 one of the three well dies and the ill one does,
# on day 3 one of the two well is seen for the last time, on day 4 the last one falls ill.
BY_HAND = course(
    {"well": 4},
    (1.0, "well", "ill", 1),
    (2.0, "well", "dead", 1),
    (2.0, "ill", "dead", 1),
    (3.0, "well", None, 1),
    (4.0, "well", "ill", 1),
    (5.0, "ill", None, 1),
)


def test_probabilities_by_hand() -> None:
    assert occupancy(BY_HAND, "well")["estimate"].to_list() == pytest.approx(
        [1, 3 / 4, 1 / 2, 1 / 2, 0, 0]
    )
    assert occupancy(BY_HAND, "ill")["estimate"].to_list() == pytest.approx(
        [0, 1 / 4, 0, 0, 1 / 2, 1 / 2]
    )
    assert occupancy(BY_HAND, "dead")["estimate"].to_list() == pytest.approx(
        [0, 0, 1 / 2, 1 / 2, 1 / 2, 1 / 2]
    )


def test_errors_by_hand() -> None:
    """Of 'ill' after day 1: 1/4 of four, sqrt(1/4 x 3/4 / 4). Of 'dead' after day 2: who is well on
    day 0 dies by way of either state. Seen from day 0, dead follows 'well' with 1/3 and 'ill' with
    1 (the shares of day 2), so the variance of day 1 is that of the mean of 1/3 (3/4) and 1 (1/4):
    (1/12 + 1/4 - 1/4) / 4 = 1/48; that of day 2 is (3/4)^2 (1/3 x 2/3) / 3 = 1/24; 1/16 in all.
    """
    assert occupancy(BY_HAND, "ill")["std_error"][1] == pytest.approx(np.sqrt(3 / 64))
    assert occupancy(BY_HAND, "dead")["std_error"][2] == pytest.approx(1 / 4)


def test_times_by_hand() -> None:
    """Up to day 4: well 1 + 3/4 + 1/2 + 1/2, ill 1/4, dead 1/2 + 1/2."""
    well, ill, dead = time_in_states(BY_HAND, horizon=4, conf_level=0.95)
    assert [well.estimate, ill.estimate, dead.estimate] == pytest.approx([2.75, 0.25, 1])


def test_numbers_in_the_states() -> None:
    assert BY_HAND.n_risk.tolist() == [
        [4, 0, 0],
        [4, 0, 0],
        [3, 1, 0],
        [2, 0, 2],
        [1, 0, 2],
        [0, 1, 2],
    ]


def test_a_model_of_life_and_death_is_kaplan_meier() -> None:
    random = np.random.default_rng(20261130)
    time, died = np.ceil(random.exponential(40, 200)), random.integers(0, 2, 200)
    moves = (
        pl.DataFrame({"time": time, "died": died})
        .group_by("time", "died")
        .len("n")
        .select(
            "time",
            pl.lit("well").alias("from_state"),
            pl.when(pl.col("died") == 1).then(pl.lit("dead")).alias("to_state"),
            "n",
        )
    )
    of = state_course(("well", "dead"), {"well": 200}, moves)
    expected = kaplan_meier_curve(
        counts_from_times(time, died), conf_level=0.95, ci_transform="log-log"
    )
    found = state_occupancy(of, conf_level=0.95, ci_transform="log-log").filter(state="well")
    for name in ("time", "n_risk", "estimate"):
        assert found[name].to_list() == pytest.approx(expected[name].to_list(), rel=1e-12)
    inside = (expected["estimate"] > 0) & (expected["estimate"] < 1)
    for name in ("std_error", "ci_lower", "ci_upper"):
        assert found.filter(inside)[name].to_list() == pytest.approx(
            expected.filter(inside)[name].to_list(), rel=1e-12
        )
    mean = restricted_mean(expected, horizon=60, conf_level=0.95)
    well, dead = time_in_states(of, horizon=60, conf_level=0.95)
    assert (well.estimate, well.std_error) == pytest.approx((mean.estimate, mean.std_error))
    assert well.std_error == pytest.approx(dead.std_error)
    assert (well.estimate or 0) + (dead.estimate or 0) == pytest.approx(60)


def test_competing_events_are_cumulative_incidences() -> None:
    random = np.random.default_rng(20261201)
    time, code = np.ceil(random.exponential(40, 300)), random.integers(0, 3, 300)
    names = {0: None, 1: "ill", 2: "dead"}
    rows = [(t, "well", names[c], 1) for t, c in zip(time.tolist(), code.tolist(), strict=True)]
    moves = pl.DataFrame(rows, schema=["time", "from_state", "to_state", "n"], orient="row")
    of = state_course(STATES, {"well": 300}, moves)
    counts = counts_from_times(time, code)
    events: tuple[tuple[Literal["event", "competing"], str], ...]
    events = (("event", "ill"), ("competing", "dead"))
    for event, state in events:
        expected = cumulative_incidence_curve(
            counts, event=event, variance="delta", conf_level=0.95, ci_transform="plain"
        )
        found = occupancy(of, state)
        assert found["estimate"].to_list() == pytest.approx(
            expected["estimate"].to_list(), rel=1e-12
        )


def test_where_subjects_begin_is_uncertain_too() -> None:
    """Three of four begin ill: sqrt(3/4 x 1/4 / 4) on day 0."""
    of = course({"well": 1, "ill": 3}, (9.0, "well", None, 1), (9.0, "ill", None, 3))
    ill = occupancy(of, "ill")
    assert ill["estimate"].to_list() == [0.75, 0.75]
    assert ill["std_error"].to_list() == pytest.approx([np.sqrt(3 / 64)] * 2)


def test_who_moves_on_the_last_day_is_seen_in_the_new_state() -> None:
    of = course({"well": 2}, (5.0, "well", "ill", 1), (5.0, "ill", None, 1), (9.0, "well", None, 1))
    assert of.n_risk.tolist() == [[2, 0, 0], [2, 0, 0], [1, 0, 0]]
    assert occupancy(of, "ill")["estimate"].to_list() == [0, 0.5, 0.5]


@pytest.mark.parametrize(
    ("initial", "moves", "status"),
    [
        ({}, (), "not estimable: no subjects"),
        ({"well": 1}, ((5.0, "well", "dead", 1),), "fewer than two subjects"),
        ({"well": 2}, ((5.0, "well", "dead", 1), (6.0, "well", None, 1)), "last observation"),
    ],
)
def test_times_that_are_not_known(
    initial: dict[str, int], moves: tuple[Move, ...], status: str
) -> None:
    for time in time_in_states(course(initial, *moves), horizon=9, conf_level=0.95):
        assert status in time.status
        assert time.estimate is time.std_error is None


def test_times_after_all_have_ended_are_known() -> None:
    of = course({"well": 2}, (5.0, "well", "dead", 1), (6.0, "well", "dead", 1))
    well, ill, dead = time_in_states(of, horizon=9, conf_level=0.95)
    assert [well.estimate, ill.estimate, dead.estimate] == pytest.approx([5.5, 0, 3.5])


@pytest.mark.parametrize(
    ("move", "sentence"),
    [
        ((1.0, "well", "lost", 1), "State 'lost' is not among the states"),
        ((1.0, "well", "well", 1), "A move leads from 'well' to itself"),
        ((-1.0, "well", "ill", 1), "unknown or before day 0"),
        ((float("nan"), "well", "ill", 1), "unknown or before day 0"),
        ((1.0, "well", "ill", 3), "On day 1 more subjects leave state 'well' than are in it"),
        ((1.0, "ill", None, 1), "On day 1 more subjects leave state 'ill' than are in it"),
    ],
)
def test_moves_that_cannot_be_are_refused(move: Move, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        course({"well": 2}, move)


def transitions(of: StateCourse, start: float, *times: float, sums: Sums = NO_SUMS) -> pl.DataFrame:
    return transition_probabilities(
        of, start=start, times=times, conf_level=0.95, ci_transform="plain", sums=sums
    )


def test_probabilities_from_a_day_by_hand() -> None:
    """After day 1 three are well and one is ill. Of the well one in three dies on day 2, and the
    last one falls ill on day 4; the ill one dies on day 2."""
    found = transitions(BY_HAND, 1, 2, 4)
    well = found.filter(from_state="well")
    assert well.filter(time=2)["estimate"].to_list() == pytest.approx([2 / 3, 0, 1 / 3])
    assert well.filter(time=4)["estimate"].to_list() == pytest.approx([0, 2 / 3, 1 / 3])
    assert well.filter(time=2)["std_error"].to_list() == pytest.approx(
        [np.sqrt(2 / 27), 0, np.sqrt(2 / 27)]
    )
    assert well["n_risk"].to_list() == [3] * 6
    ill = found.filter(from_state="ill")
    assert set(ill["status"]) == {"not estimable: fewer than two subjects at risk"}
    assert ill["estimate"].null_count() == ill.height == 6


def test_probabilities_from_the_origin_are_the_occupancies() -> None:
    of = course({"well": 4}, (1.0, "well", "ill", 1), (2.0, "ill", "dead", 1))
    found = transitions(of, 0, 2).filter(from_state="well")
    after = state_occupancy(of, conf_level=0.95, ci_transform="plain").filter(time=2)
    for name in ("estimate", "std_error", "ci_lower", "ci_upper"):
        assert found[name].to_list() == after[name].to_list(), name


def test_probabilities_from_nobody_or_beyond_the_end_are_unknown() -> None:
    of = course(
        {"well": 4}, (1.0, "well", "ill", 3), (3.0, "ill", "dead", 1), (4.0, "ill", None, 2)
    )
    before, after = transitions(of, 0.5, 2), transitions(of, 2, 9)
    assert set(before.filter(from_state="ill")["status"]) == {"not estimable: no subjects"}
    assert set(after.filter(from_state="ill")["status"]) == {
        "not estimable: beyond the last observation"
    }
    with pytest.raises(ValueError, match="A time lies before the start on day 5"):
        transitions(of, 5, 2)


def test_a_sum_of_states_is_one_state() -> None:
    """Well or ill until dead: Kaplan-Meier, with the covariance of the two."""
    sums = {"alive": ("well", "ill")}
    alive = state_occupancy(BY_HAND, conf_level=0.95, ci_transform="log-log", sums=sums).filter(
        state="alive"
    )
    assert alive["n_risk"].to_list() == [4, 4, 4, 2, 1, 1]
    assert alive["estimate"].to_list() == pytest.approx([1, 1, 1 / 2, 1 / 2, 1 / 2, 1 / 2])
    assert alive["std_error"].to_list()[:2] == [0, 0]
    assert alive["ci_lower"].to_list()[:2] == [None, None]
    dead = occupancy(BY_HAND, "dead")
    assert alive["std_error"].to_list() == pytest.approx(dead["std_error"].to_list())
    *_, dead_time, alive_time = time_in_states(BY_HAND, horizon=4, conf_level=0.95, sums=sums)
    assert alive_time.state == "alive"
    assert (alive_time.estimate, alive_time.std_error) == pytest.approx((3, dead_time.std_error))
    later = transitions(BY_HAND, 1, 2, sums=sums).filter(from_state="well")
    assert later["to_state"].to_list() == [*STATES, "alive"]
    assert later["estimate"].to_list()[-1] == pytest.approx(2 / 3)


def test_hazards_by_hand() -> None:
    """Of four well one falls ill on day 1, the one of day 4 is alone: 1/4, then 1/4 + 1."""
    found = transition_hazards(BY_HAND, conf_level=0.95, ci_transform="plain")
    ill = found.filter(from_state="well", to_state="ill")
    assert ill["time"].to_list() == [0, 1, 4]
    assert ill["n_risk"].to_list() == [4, 4, 1]
    assert ill["n_moved"].to_list() == [0, 1, 1]
    assert ill["estimate"].to_list() == [0, 1 / 4, 5 / 4]
    assert ill["std_error"].to_list() == pytest.approx([0, 1 / 4, np.sqrt(17 / 16)])
    assert ill["ci_lower"].to_list() == [0, 0, 0]
    assert ill["ci_upper"][1] == pytest.approx(1 / 4 + 1.959963984540054 / 4)
    assert found.select("from_state", "to_state").unique().height == 3
    assert last_at_risk(BY_HAND) == {"well": 4, "ill": 5, "dead": 5}


def test_limits_of_a_hazard_belong_to_its_survival() -> None:
    """By log-log they are A exp(-z se / A) and A exp(z se / A), and unknown while A is 0."""
    found = transition_hazards(BY_HAND, conf_level=0.95, ci_transform="log-log")
    ill = found.filter(from_state="well", to_state="ill")
    assert ill["ci_lower"][0] is None
    factor = np.exp(1.959963984540054)
    assert ill["ci_lower"][1] == pytest.approx(0.25 / factor)
    assert ill["ci_upper"][1] == pytest.approx(0.25 * factor)


def test_a_move_on_the_first_day_is_the_first_row() -> None:
    of = course({"well": 2}, (0.0, "well", "dead", 1), (3.0, "well", None, 1))
    found = transition_hazards(of, conf_level=0.95, ci_transform="log")
    assert found.select("time", "n_risk", "n_moved", "estimate").rows() == [(0, 2, 1, 0.5)]
