"""Patients read back from a published curve: by hand, against R, and against the true patients."""

import numpy as np
import polars as pl
import pytest

from analytics.methods.counts import counts_from_times
from analytics.methods.cox import CoxData, fit_cox
from analytics.methods.kaplan_meier import kaplan_meier_curve, median_survival, survival_at
from analytics.methods.reconstructed_patients import (
    Patients,
    PublishedCurve,
    reconstructed_patients,
)


def published(
    points: list[tuple[float, float]], at_risk: list[tuple[float, int]], n_events: int | None = None
) -> PublishedCurve:
    return PublishedCurve(
        time=np.array([time for time, _ in points], dtype=np.float64),
        survival=np.array([survival for _, survival in points], dtype=np.float64),
        at_risk_time=np.array([time for time, _ in at_risk], dtype=np.float64),
        at_risk=np.array([number for _, number in at_risk], dtype=np.int64),
        n_events=n_events,
    )


def spelled(patients: Patients) -> list[tuple[float, int]]:
    return list(zip(patients.time.tolist(), patients.event.tolist(), strict=True))


def test_without_censoring_the_steps_are_the_events() -> None:
    curve = published([(0, 1), (1, 0.75), (2, 0.5), (3, 0)], [(0, 4)])
    assert spelled(reconstructed_patients(curve)) == [(1, 1), (2, 1), (3, 1), (3, 1)]


def test_who_is_missing_at_the_next_number_was_censored_on_the_way() -> None:
    """Ten, of whom two die on day 1 (0.8); seven and not eight are at risk on day 3, so that one
    was censored: spread evenly, on day 1.5, which is between the points 1 and 2. Of the seven
    3.5 die on day 4 (0.4 is half of 0.8), rounded to 4; the rest are censored at the end."""
    curve = published([(0, 1), (1, 0.8), (2, 0.8), (3, 0.8), (4, 0.4)], [(0, 10), (3, 7)])
    assert spelled(reconstructed_patients(curve)) == [
        (1, 1), (1, 1), (1.5, 0), (4, 1), (4, 1), (4, 1), (4, 1), (4, 0), (4, 0), (4, 0)
    ]  # fmt: skip


def test_the_total_of_events_decides_the_censorings_of_the_end() -> None:
    """Half of four are two events on day 4. A published total of one needs one censored before:
    half of three are still two; then two, on days 4/3 and 8/3, half way between the points."""
    points = [(0.0, 1.0), (2.0, 1.0), (3.0, 1.0), (4.0, 0.5)]
    assert spelled(reconstructed_patients(published(points, [(0, 4)]))) == [
        (4, 1), (4, 1), (4, 0), (4, 0)
    ]  # fmt: skip
    found = reconstructed_patients(published(points, [(0, 4)], n_events=1))
    assert spelled(found) == [(1, 0), (2.5, 0), (4, 1), (4, 0)]


def test_a_number_at_risk_without_a_point_is_passed_over() -> None:
    points = [(0.0, 1.0), (1.0, 0.5), (9.0, 0.5)]
    found = reconstructed_patients(published(points, [(0, 4), (5, 3), (6, 2), (9.5, 1)]))
    assert len(found.time) == 4
    assert int(found.event.sum()) == 2


@pytest.mark.parametrize(
    ("points", "at_risk", "sentence"),
    [
        ([(0, 1)], [(0, 4)], "two points and one number at risk"),
        ([(0, 0.9), (1, 0.5)], [(0, 4)], "starts at time 0 with survival 1"),
        ([(0, 1), (1, 0.5)], [(1, 4)], "starts at time 0 with survival 1"),
        ([(0, 1), (0, 0.5)], [(0, 4)], "The times do not rise"),
        ([(0, 1), (1, 0.5), (2, 0.6)], [(0, 4)], "Survival or the numbers at risk rise"),
        ([(0, 1), (1, 0.5)], [(0, 4), (1, 5)], "Survival or the numbers at risk rise"),
        ([(0, 1), (1, -0.5)], [(0, 4)], "below 0"),
    ],
)
def test_curves_that_cannot_be_are_refused(
    points: list[tuple[float, float]], at_risk: list[tuple[float, int]], sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        published(points, at_risk)


@pytest.fixture(scope="module")
def reconstruct(reference):
    curves, at_risk = reference("external_curve"), reference("external_at_risk")

    def of(name: str, total: int | None) -> Patients:
        return reconstructed_patients(
            published(
                curves.filter(curve=name).select("time", "survival").rows(),
                at_risk.filter(curve=name).select("time", "at_risk").rows(),
                total,
            )
        )

    return of


def test_the_patients_are_those_that_r_finds(reference, reconstruct) -> None:
    expected = reference("external_patients")
    keys = expected.select("curve", "total").unique(maintain_order=True).rows()
    for name, total in keys:
        found = reconstruct(name, total)
        rows = expected.filter(curve=name).filter(pl.col("total").eq_missing(pl.lit(total)))
        time, event = pl.Series(found.time), pl.Series(found.event)
        counts = (
            pl.DataFrame({"time": time, "event": event})
            .group_by("time")
            .agg(n_event=pl.col("event").sum(), n_censored=(1 - pl.col("event")).sum())
            .sort("time")
        )
        wanted = rows.select("time", "n_event", "n_censored").sort("time").rows()
        assert counts.rows() == wanted, (name, total)
    assert len(keys) == 8


def test_medians_and_rates_are_near_those_of_the_true_patients(reference, reconstruct) -> None:
    for row in reference("external_number").iter_rows(named=True):
        found = reconstruct(row["curve"], row["total"])
        curve = kaplan_meier_curve(
            counts_from_times(found.time, found.event), conf_level=0.95, ci_transform="log"
        )
        median = median_survival(curve).median
        rate = survival_at(curve, [200])["estimate"][0]
        assert (len(found.time), int(found.event.sum())) == (row["n"], row["n_event"])
        assert median == row["median"]
        assert rate == pytest.approx(row["rate_200"], rel=1e-12)
        assert median == pytest.approx(row["true_median"], abs=10)
        assert rate == pytest.approx(row["true_rate_200"], abs=0.01)
        assert abs(row["n_event"] - row["true_n_event"]) <= 4


def test_the_hazard_ratio_is_r_s_and_near_the_true_one(reference, reconstruct) -> None:
    expected = reference("external_ratio")
    totals = {row["curve"]: row["true_n_event"] for row in reference("external_number").to_dicts()}
    for row in expected.iter_rows(named=True):
        first, second = (reconstruct(name, totals[name]) for name in (row["first"], row["second"]))
        time = np.concatenate([first.time, second.time])
        fit = fit_cox(
            CoxData(
                tstart=np.zeros(len(time)),
                tstop=time,
                event=np.concatenate([first.event, second.event]),
                covariates=np.repeat([1.0, 0.0], [len(first.time), len(second.time)])[:, None],
                names=("group",),
            ),
            ties="efron",
        )
        assert fit.log_hr is not None and fit.std_error is not None
        assert fit.log_hr[0] == pytest.approx(row["log_hr"], rel=1e-9)
        assert fit.std_error[0] == pytest.approx(row["std_error"], rel=1e-9)
        assert fit.log_hr[0] == pytest.approx(row["true_log_hr"], abs=0.03)
    assert expected.height == 2
