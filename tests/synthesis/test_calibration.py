"""The parts of the search that makes the cohort: construction, rules, blocks and estimators."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from synthesis.blinatumomab import calibration
from synthesis.blinatumomab.calibration import (
    anneal,
    columns,
    cost,
    outcomes,
    rules,
    search,
)
from synthesis.blinatumomab.calibration import statistics as kernels
from synthesis.blinatumomab.calibration.skeleton import build_skeleton

TARGETS = cost.read_targets(Path(calibration.__file__).parent / "outcome_targets.csv")


def skeleton(seed: int = 1) -> np.ndarray:
    return build_skeleton(np.random.default_rng(seed))


@pytest.mark.parametrize("seed", range(5))
def test_construction_has_the_counts_of_table_2_and_only_possible_patients(seed: int) -> None:
    s = skeleton(seed)
    assert all(rules.is_possible(s, i) for i in range(columns.PATIENTS))
    assert s[columns.SURVIVOR].sum() == 43
    assert (s[columns.SURVIVAL] > 35 * kernels.DAYS_PER_MONTH).sum() == 43
    ends = s[columns.END_KIND, : columns.RESPONDERS]
    assert [int((ends == kind).sum()) for kind in (0, 1, 2)] == [29, 73, 21]
    assert (s[columns.MRD_RESPONSE] != columns.NEVER).sum() == 107
    assert s[columns.T411].sum() == 16
    assert s[columns.T411, : columns.RESPONDERS].sum() == 7


def test_same_seed_builds_the_same_skeleton() -> None:
    assert np.array_equal(skeleton(3), skeleton(3))
    assert not np.array_equal(skeleton(3), skeleton(4))


def test_goals_stay_inside_the_rounding_of_the_printed_numbers() -> None:
    goals = cost.search_goals(TARGETS)
    for target, (centre, half_width) in zip(TARGETS, goals[:-1], strict=False):
        assert half_width > 0
        assert abs(centre - target.value) + half_width <= target.half_width + 1e-9


def test_every_number_that_a_move_changes_lies_in_a_touched_block() -> None:
    s = skeleton()
    rng = np.random.default_rng(0)
    values = outcomes.compute_all(s, np.zeros(outcomes.N_VALUES))
    tried = 0
    while tried < 300:
        i, j = rng.choice(columns.PATIENTS, 2, replace=False)
        before = s.copy()
        done = anneal._apply(int(rng.integers(anneal.SPREAD)), s, i, j)
        moved = [i] if done == anneal.NO_PARTNER else [i, j]
        if done == anneal.NOT_APPLIED or not all(rules.is_possible(s, k) for k in moved):
            s[:] = before
            continue
        tried += 1
        bits = 0
        for k in moved:
            bits |= outcomes.touched_blocks(s, k, before[:, k])
        new_values = outcomes.compute_all(s, np.zeros(outcomes.N_VALUES))
        changed = np.flatnonzero(np.abs(new_values - values) > 1e-4)
        blocks = np.searchsorted(outcomes.FIRST_VALUE, changed, side="right") - 1
        untouched = [outcomes.BLOCKS[b] for b in blocks if not bits >> b & 1]
        assert not untouched
        values = new_values


def test_annealing_lowers_the_cost_and_repeats_itself() -> None:
    goals, weights = cost.search_goals(TARGETS), np.ones(outcomes.N_VALUES)
    chances = anneal.cumulative_chances(anneal.MOVES)
    runs = [
        anneal.anneal(
            skeleton(), goals, weights, 1.0, outcomes.EVERY_BLOCK, chances, 3_000, 0.5, 0.02, 7
        )
        for _ in range(2)
    ]
    assert np.array_equal(runs[0][0], runs[1][0])
    assert runs[0][1] == runs[1][1]
    _, untouched = anneal.anneal(
        skeleton(), goals, weights, 1.0, outcomes.EVERY_BLOCK, chances, 0, 0.5, 0.02, 7
    )
    assert runs[0][1] < untouched
    assert all(rules.is_possible(runs[0][0], i) for i in range(columns.PATIENTS))


def test_a_search_of_one_round_a_stage_repeats_itself_and_tells_each_round() -> None:
    stages = tuple(replace(stage, steps=2_000, rounds=1) for stage in search.STAGES)
    told: list[search.Round] = []
    runs = [search.search(5, TARGETS, told.append, stages) for _ in range(2)]
    assert np.array_equal(*runs)
    assert [(done.stage, done.number, done.of) for done in told[:3]] == [
        ("remissions", 1, 3),
        ("everything", 2, 3),
        ("belief", 3, 3),
    ]
    assert all(rules.is_possible(runs[0], i) for i in range(columns.PATIENTS))


def test_what_an_earlier_stage_has_met_weighs_more() -> None:
    weights = search.first_weights(search.STAGES[1])
    remission = [*search.values_of(outcomes.REMISSION_BLOCKS)]
    others = [*search.values_of(outcomes.EVERY_BLOCK & ~outcomes.REMISSION_BLOCKS)]
    assert len(remission) == search.n_wanted(outcomes.REMISSION_BLOCKS)
    assert len(remission) + len(others) == outcomes.N_VALUES
    assert weights[remission].min() > weights[others].max()


def test_kaplan_meier_of_five_subjects() -> None:
    times, died = np.array([10, 20, 20, 40, 800]), np.array([1, 1, 0, 1, 0])
    days_by = np.zeros(columns.LAST_DAY, np.int16)
    kernels.count_event_days(times, died, 5, days_by)
    rates, median, follow_up = np.zeros(4), np.zeros(3), np.zeros(2)
    kernels.survival_curve(times, died, 5, days_by, rates, median, follow_up)
    assert rates[0] == pytest.approx(4 / 5 * 3 / 4 * 1 / 2)
    assert median[0] * kernels.DAYS_PER_MONTH == pytest.approx(40)
    assert follow_up[1] * kernels.DAYS_PER_MONTH == pytest.approx(410)


def test_cox_of_one_factor_solves_its_score_equation() -> None:
    times, died = np.array([1, 2, 3, 4]), np.ones(4, np.int64)
    on = np.array([0, columns.NEVER, 0, columns.NEVER])
    never = np.full(4, columns.NEVER)
    days_by = np.zeros(columns.LAST_DAY, np.int16)
    kernels.count_event_days(times, died, 4, days_by)
    sets, deaths = np.empty((260, 4)), np.empty(260)
    k, deaths_a, _ = kernels.risk_sets(
        times, died, on, never, np.ones(4, np.int64), 4, days_by, sets, deaths
    )
    beta, _ = kernels.cox_one_factor(sets, deaths, k, deaths_a, 0.0)
    ratio = np.exp(beta)
    shares = [2 * ratio / (2 * ratio + 2), ratio / (ratio + 2), ratio / (ratio + 1)]
    assert sum(shares) == pytest.approx(2)
