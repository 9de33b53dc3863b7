import numpy as np
import pytest

from analytics.methods.cox import fit_cox, proportional_hazards_test
from analytics.methods.proportional_hazards import survival_just_before


def test_the_clock_is_kaplan_meier_just_before_each_time(small_cox):
    rows = small_cox((0, 1, 1, 1), (0, 2, 1, 0), (0, 2, 0, 1), (1, 3, 1, 0))
    survival = survival_just_before(rows, np.array([1.0, 2.0, 3.0, 4.0]))
    assert survival == pytest.approx([1, 2 / 3, 2 / 3 * 2 / 3, 0])


def test_a_hazard_ratio_that_turns_round_is_found(small_cox):
    early = [(0, day, 1, 1) for day in range(1, 30)]
    late = [(0, day, 1, 0) for day in range(31, 60)]
    turned = [(0, day, 1, 1) for day in range(100, 120)]
    staying = [(0, day, day % 2, day % 3 == 0) for day in range(60, 100)]
    rows = small_cox(*early, *late, *staying, *turned)
    test = proportional_hazards_test(rows, fit_cox(rows, ties="efron"), transform="km")
    assert test["factor"].to_list() == ["x", "GLOBAL"]
    assert test["p_value"][0] < 0.001


def test_events_on_one_day_only_cannot_tell(small_cox):
    rows = small_cox((0, 5, 1, 1), (0, 5, 1, 0), (0, 9, 0, 0), (0, 9, 0, 1))
    test = proportional_hazards_test(rows, fit_cox(rows, ties="breslow"), transform="km")
    assert test["statistic"].to_list() == [None, None]
    assert set(test["status"]) == {"not estimable: too few distinct event times"}


def test_a_model_that_is_not_estimable_has_rows_with_its_status(small_cox):
    rows = small_cox((0, 1, 0, 1), (0, 2, 0, 0))
    test = proportional_hazards_test(rows, fit_cox(rows, ties="efron"), transform="km")
    assert test["factor"].to_list() == ["x", "GLOBAL"]
    assert test["p_value"].to_list() == [None, None]
    assert set(test["status"]) == {"not estimable: no events"}
