"""No entry of the methods takes an unknown time, another code, or an interval of no length."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.methods import (
    competing_risks,
    counts,
    cox,
    cure_fraction,
    fine_gray,
    follow_up,
    gray,
    kaplan_meier,
    landmark,
    log_rank,
    restricted_mean,
)
from analytics.methods.robust_variance import with_robust_variance

GOOD = counts.counts_from_times([1, 2, 3, 4, 5, 6], [1, 0, 1, 1, 0, 1])
OTHER = counts.counts_from_times([2, 3, 5], [1, 1, 0])
CURVE = {"conf_level": 0.95, "ci_transform": "log-log"}

OF_COUNTS = {
    "risk_table": counts.risk_table,
    "kaplan_meier_curve": lambda frame: kaplan_meier.kaplan_meier_curve(frame, **CURVE),
    "cumulative_incidence_curve": lambda frame: competing_risks.cumulative_incidence_curve(
        frame, event="event", variance="aalen", **CURVE
    ),
    "follow_up": follow_up.follow_up,
    "log_rank_test": lambda frame: log_rank.log_rank_test({"a": frame, "b": OTHER}),
    "stratified_log_rank_test": lambda frame: log_rank.stratified_log_rank_test(
        {"s": {"a": frame, "b": OTHER}}
    ),
    "log_rank.n_informative_strata": lambda frame: log_rank.n_informative_strata(
        {"s": {"a": frame, "b": OTHER}}
    ),
    "gray_test": lambda frame: gray.gray_test({"a": frame, "b": OTHER}, event="event"),
    "gray.n_informative_strata": lambda frame: gray.n_informative_strata(
        {"s": {"a": frame, "b": OTHER}}, event="event"
    ),
    "mixture_cure": lambda frame: cure_fraction.mixture_cure(frame, conf_level=0.95),
}
DAMAGE = {
    "an unknown day": pl.when(pl.col("time") == 3).then(float("nan")).otherwise("time"),
    "a null day": pl.when(pl.col("time") == 3).then(None).otherwise("time"),
    "an infinite day": pl.when(pl.col("time") == 6).then(float("inf")).otherwise("time"),
    "a day before the origin": pl.col("time") - 1,
    "a part of an event": pl.col("n_event") * 0.5,
    "an unknown number": pl.when(pl.col("time") == 3).then(None).otherwise(pl.col("n_event")),
    "a number of NaN": pl.lit(float("nan")).alias("n_censored"),
    "a negative number": pl.col("n_censored") - 1,
}


def in_a_sentence(refused):
    text = str(refused.value)
    return text.endswith(".") and "\n" not in text


@pytest.mark.parametrize("entry", OF_COUNTS)
@pytest.mark.parametrize("damage", DAMAGE)
def test_counts(entry, damage):
    OF_COUNTS[entry](GOOD)
    expression = DAMAGE[damage]
    name = expression.meta.output_name() if damage != "a number of NaN" else "n_censored"
    name = "time" if "day" in damage else name if name in GOOD.columns else "n_event"
    with pytest.raises(ValueError) as refused:
        OF_COUNTS[entry](GOOD.with_columns(expression.alias(name)))
    assert in_a_sentence(refused)


def _landmark_subjects(time, code, **_):
    frame = pl.DataFrame({"time": time, "event_code": code}, strict=False)
    return frame.with_columns(changed=pl.lit(None, dtype=pl.Float64))


def _cox(time, code, start=None, x=None):
    n = len(time)
    return cox.CoxData(
        np.zeros(n) if start is None else np.asarray(start, dtype=float),
        np.asarray(time, dtype=float),
        np.asarray(code),
        np.arange(n, dtype=float)[:, None] if x is None else np.asarray(x, dtype=float)[:, None],
        ("x",),
    )


def _fine_gray(time, code, start=None, x=None):
    n = len(time)
    covariates = np.arange(n, dtype=float) if x is None else np.asarray(x, dtype=float)
    return fine_gray.FineGrayData(
        np.asarray(time, dtype=float), np.asarray(code), covariates[:, None], ("x",)
    )


OF_SUBJECTS = {
    "counts_from_times": lambda time, code, start=None, **_: counts.counts_from_times(
        time, code, entry=start
    ),
    "CoxData": _cox,
    "FineGrayData": _fine_gray,
    "landmark_subjects": lambda time, code, **_: landmark.landmark_subjects(
        _landmark_subjects(time, code), landmark=0
    ),
    "simon_makuch_counts": lambda time, code, **_: landmark.simon_makuch_counts(
        _landmark_subjects(time, code), landmark=0
    ),
}
EACH_OF_SUBJECTS = pytest.mark.parametrize("entry", OF_SUBJECTS)


@EACH_OF_SUBJECTS
@given(
    place=st.integers(0, 4),
    time=st.sampled_from([float("nan"), float("inf"), float("-inf"), -1.0, -1e-9, None]),
)
def test_a_time_that_is_none(entry, place, time):
    times = [1.0, 2.0, 3.0, 4.0, 5.0]
    OF_SUBJECTS[entry](times, [1, 0, 1, 0, 1])
    times[place] = time
    with pytest.raises(ValueError) as refused:
        OF_SUBJECTS[entry](times, [1, 0, 1, 0, 1])
    assert in_a_sentence(refused)


@EACH_OF_SUBJECTS
@given(
    place=st.integers(0, 4),
    code=st.floats(allow_nan=True, allow_infinity=True).filter(lambda code: code not in (0, 1, 2)),
)
def test_a_code_that_is_none(entry, place, code):
    codes = [1.0, 0.0, 1.0, 0.0, 1.0]
    codes[place] = code
    with pytest.raises(ValueError) as refused:
        OF_SUBJECTS[entry]([1.0, 2.0, 3.0, 4.0, 5.0], codes)
    assert in_a_sentence(refused)


@pytest.mark.parametrize("entry", ["counts_from_times", "CoxData"])
@pytest.mark.parametrize("start", [3.0, 4.0, float("nan"), -2.0, float("inf")])
def test_an_interval_of_no_length_or_no_start(entry, start):
    with pytest.raises(ValueError) as refused:
        OF_SUBJECTS[entry]([1.0, 2.0, 3.0], [1, 0, 1], start=[0.0, 0.0, start])
    assert in_a_sentence(refused)


@pytest.mark.parametrize("entry", ["CoxData", "FineGrayData"])
@pytest.mark.parametrize(("value", "word"), [(float("nan"), "unknown"), (float("inf"), "infinite")])
def test_a_covariate_that_is_no_number(entry, value, word):
    with pytest.raises(ValueError, match=rf"Covariate 'x' has {word} values"):
        OF_SUBJECTS[entry]([1.0, 2.0, 3.0], [1, 0, 1], x=[1.0, value, 2.0])


def test_times_asked_for_and_horizons():
    curve = kaplan_meier.kaplan_meier_curve(GOOD, **CURVE)
    with pytest.raises(ValueError, match="Time asked for 0 is unknown"):
        kaplan_meier.survival_at(curve, [float("nan")])
    with pytest.raises(ValueError, match="Time asked for 0 is unknown"):
        competing_risks.cumulative_incidence_at(curve, [float("nan")])
    with pytest.raises(ValueError, match="The horizon is nan"):
        restricted_mean.restricted_mean(curve, horizon=float("nan"), conf_level=0.95)
    subjects = _landmark_subjects([1.0, 2.0], [0, 1])
    with pytest.raises(ValueError, match="The landmark is nan"):
        landmark.landmark_subjects(subjects, landmark=float("nan"))
    with pytest.raises(ValueError, match="Day of change 0 is unknown"):
        landmark.landmark_subjects(subjects.with_columns(changed=pl.lit(float("nan"))), landmark=0)


@pytest.mark.parametrize("weight", [[1, -1, 1], [1, float("nan"), 1], [1, None, 1], [1, 1]])
def test_weights_of_counts(weight):
    with pytest.raises(ValueError) as refused:
        counts.counts_from_times([1, 2, 3], [1, 0, 1], weight=weight)
    assert in_a_sentence(refused)


def test_codes_of_strata_groups_and_clusters():
    data = _cox([1.0, 2, 3], [1, 1, 0])
    unknown = np.array([0, float("nan"), 1])
    with pytest.raises(ValueError, match="Stratum of row 1 is unknown"):
        cox.CoxData(data.tstart, data.tstop, data.event, data.covariates, ("x",), stratum=unknown)
    with pytest.raises(ValueError, match="Cluster of row 1 is unknown"):
        with_robust_variance(data, cox.fit_cox(data, ties="efron"), unknown)
    with pytest.raises(ValueError, match="Censoring group 1 is unknown"):
        fine_gray.FineGrayData(
            data.tstop, data.event, data.covariates, ("x",), censoring_group=unknown
        )
