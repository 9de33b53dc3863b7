import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from analytics.methods.counts import counts_from_times
from analytics.methods.cox import CoxData, fit_cox
from analytics.methods.landmark import landmark_subjects, simon_makuch_counts
from analytics.methods.log_rank import log_rank_test

# a dies before the landmark of 10 and b on it; c changes on it, d after it, e on the day of
# the event, f never
SUBJECTS = pl.DataFrame(
    {
        "subject": list("abcdef"),
        "time": [4.0, 10.0, 30.0, 40.0, 50.0, 60.0],
        "event_code": [1, 1, 1, 0, 1, 0],
        "changed": [2.0, None, 10.0, 25.0, 50.0, None],
    }
)


def test_the_landmark_freezes_the_groups_of_those_still_there():
    expected = pl.DataFrame(
        {
            "subject": list("cdef"),
            "time": [20.0, 30.0, 40.0, 50.0],
            "event_code": [1, 0, 1, 0],
            "changed": [10.0, 25.0, 50.0, None],
            "has_changed": [True, False, False, False],
        }
    )
    assert_frame_equal(landmark_subjects(SUBJECTS, landmark=10), expected)


def test_at_a_landmark_of_zero_nobody_is_lost():
    day_zero = pl.DataFrame(
        {"time": [0.0, 5.0, 6.0], "event_code": [1, 1, 0], "changed": [0.0, 0.0, 3.0]}
    )
    kept = landmark_subjects(day_zero, landmark=0)
    assert kept["time"].to_list() == [0, 5, 6]
    # a change on the day of the event comes too late for it
    assert kept["has_changed"].to_list() == [False, True, False]


def test_in_simon_and_makuch_each_moves_on_the_day_of_the_change():
    counts = simon_makuch_counts(SUBJECTS, landmark=10)
    # d waits 15 days, e dies on the day of the change, f waits throughout
    assert_frame_equal(counts["no"], counts_from_times([15, 40, 50], [0, 1, 0]))
    assert_frame_equal(counts["yes"], counts_from_times([20, 30], [1, 0], entry=[0, 15]))


def test_nobody_changes():
    never = SUBJECTS.with_columns(changed=pl.lit(None, dtype=pl.Float64))
    counts = simon_makuch_counts(never, landmark=10)
    assert_frame_equal(counts["yes"], counts_from_times([], []))
    assert_frame_equal(counts["no"], counts_from_times([20, 30, 40, 50], [1, 0, 1, 0]))


def test_mantel_and_byar_is_the_score_test_of_the_time_dependent_factor():
    rng = np.random.default_rng(11)
    time = rng.permutation(np.arange(5, 85)).astype(float)
    changed = rng.integers(1, 60, 80) + 0.5
    event = rng.integers(0, 2, 80)
    subjects = pl.DataFrame({"time": time, "event_code": event, "changed": changed})
    moves = changed < time
    rows = CoxData(
        tstart=np.concatenate([np.zeros(80), changed[moves]]),
        tstop=np.concatenate([np.minimum(time, changed), time[moves]]),
        event=np.concatenate([np.where(moves, 0, event), event[moves]]),
        covariates=np.concatenate([np.zeros(80), np.ones(moves.sum())])[:, None],
        names=("changed",),
    )
    test = log_rank_test(simon_makuch_counts(subjects, landmark=0))
    score = fit_cox(rows, ties="breslow").score_test
    assert test.statistic == pytest.approx(score.statistic, rel=1e-12)


def test_a_landmark_before_the_origin_is_refused_in_a_sentence():
    with pytest.raises(ValueError) as refused:
        landmark_subjects(SUBJECTS, landmark=-1)
    assert str(refused.value) == "The landmark is day -1, but must not lie before the origin."
