"""Matching-adjusted comparison: two patients by hand, then R's optim, survfit and coxph."""

import numpy as np
import polars as pl
import pytest

from analytics.methods.counts import counts_from_times
from analytics.methods.cox import CoxData, fit_cox
from analytics.methods.kaplan_meier import kaplan_meier_curve, median_survival, survival_at
from analytics.methods.matching_weights import matching_weights
from analytics.methods.reconstructed_patients import PublishedCurve, reconstructed_patients
from analytics.methods.robust_variance import with_robust_variance
from analytics.methods.weighted_survival import weighted_survival_curve

NUMBERS = ("estimate", "std_error", "ci_lower", "ci_upper")


def test_two_patients_by_hand() -> None:
    """Of 0 and 1 the mean is 3/4 when the second weighs three times the first: b is log 3, and
    2^2 / (1/4 + 9/4) patients are left."""
    found = matching_weights(np.array([[0.0], [1.0]]), np.array([0.75]))
    assert found.weight is not None
    assert found.coefficients is not None
    assert found.weight.tolist() == pytest.approx([1 / 2, 3 / 2], rel=1e-14)
    assert found.coefficients[0] == pytest.approx(np.log(3), rel=1e-14)
    assert found.n_effective == pytest.approx(1.6, rel=1e-14)


def test_who_has_the_summaries_already_weighs_one() -> None:
    found = matching_weights(np.array([[1.0], [2.0], [6.0]]), np.array([3.0]))
    assert found.weight is not None
    assert found.weight.tolist() == pytest.approx([1, 1, 1])
    assert found.n_effective == pytest.approx(3)


@pytest.mark.parametrize(
    ("values", "targets", "reason"),
    [
        (np.zeros((0, 1)), [0.5], "no subjects"),
        ([[0.0], [1.0]], [1.0], "which lie outside of their range"),
        ([[0.0], [1.0]], [2.0], "which lie outside of their range"),
        ([[5.0], [5.0]], [5.0], "which lie outside of their range"),
        # each within its range, but nobody is both old and well
        ([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]], [0.6, 0.6], "which lie outside of their range"),
        ([[0.0, 1.0], [1.0, 0.0], [1.0, 0.0]], [0.5, 0.5], "follows from those before it"),
    ],
)
def test_summaries_that_no_weights_give(values, targets, reason) -> None:
    found = matching_weights(np.array(values), np.array(targets))
    assert found.status.startswith("not estimable: ")
    assert found.status.endswith(reason)
    assert found.weight is found.n_effective is None


def test_whole_weights_are_numbers_of_patients() -> None:
    """The product limit of weights 1 and 2 is that of a patient and two alike; its error is not."""
    time, event = np.array([1.0, 2.0, 3.0]), np.array([1, 0, 1])
    found = weighted_survival_curve(
        time, event, np.array([2.0, 1.0, 1.0]), conf_level=0.95, ci_transform="log"
    )
    counts = counts_from_times(time, event, weight=[2, 1, 1])
    expected = kaplan_meier_curve(counts, conf_level=0.95, ci_transform="log")
    assert found["estimate"].to_list() == expected["estimate"].to_list()
    assert found["n_risk"].to_list() == [3, 3, 2, 1]
    # by hand: S = (n - d) / n with derivatives -S / n of who dies and (1 - S) / n of who does not
    assert found["std_error"][1] == pytest.approx(np.sqrt((2 / 8) ** 2 + 2 * (1 / 8) ** 2))
    assert found["std_error"][3] is None


def test_equal_weights_have_the_error_of_the_jackknife() -> None:
    """Without censoring it is that of a proportion: sqrt(S (1 - S) / n)."""
    time = np.array([1.0, 2.0, 3.0, 4.0])
    found = weighted_survival_curve(
        time, np.ones(4, dtype=np.int64), np.full(4, 7.0), conf_level=0.95, ci_transform="log"
    )
    survival = np.array([1, 3 / 4, 1 / 2, 1 / 4])
    assert found["std_error"].to_list()[:-1] == pytest.approx(
        np.sqrt(survival * (1 - survival) / 4).tolist()
    )


def test_weights_are_above_zero() -> None:
    with pytest.raises(ValueError, match="A weight is not a number above 0"):
        weighted_survival_curve(
            np.array([1.0]), np.array([1]), np.array([0.0]), conf_level=0.95, ci_transform="log"
        )


@pytest.fixture(scope="module")
def men(data_sets) -> pl.DataFrame:
    return data_sets["lung"].filter(pl.col("sex") == 1).drop_nulls("ph.ecog")


@pytest.fixture(scope="module")
def women(reference) -> tuple[np.ndarray, np.ndarray]:
    """Read back from their curve."""
    curve = reference("external_curve").filter(curve="lung_women")
    at_risk = reference("external_at_risk").filter(curve="lung_women")
    found = reconstructed_patients(
        PublishedCurve(
            curve["time"].cast(pl.Float64).to_numpy(),
            curve["survival"].to_numpy(),
            at_risk["time"].cast(pl.Float64).to_numpy(),
            at_risk["at_risk"].to_numpy(),
            53,
        )
    )
    return found.time, found.event


TARGETS = {"age": 1, "age_and_sd": 2, "age_sd_ecog": 3}


@pytest.mark.parametrize("summaries", TARGETS)
def test_weights_curve_and_ratio_are_r_s(summaries, reference, men, women) -> None:
    size = TARGETS[summaries]
    age = men["age"].cast(pl.Float64).to_numpy()
    values = np.column_stack([age, age**2, men["ph.ecog"] == 1])[:, :size]
    found = matching_weights(values, np.array([61, 61**2 + 8.5**2, 0.47])[:size])
    assert found.weight is not None
    assert found.coefficients is not None
    numbers = dict(
        reference("external_matching").filter(summaries=summaries)["quantity", "value"].rows()
    )
    expected = [numbers[f"coefficient_{i + 1}"] for i in range(size)]
    assert found.coefficients.tolist() == pytest.approx(expected, rel=1e-9)
    assert found.n_effective == pytest.approx(numbers["n_effective"], rel=1e-11)

    time, event = men["time"].cast(pl.Float64).to_numpy(), men["died"].to_numpy()
    curve = weighted_survival_curve(
        time, event, found.weight, conf_level=0.95, ci_transform="log-log"
    )
    assert median_survival(curve).median == numbers["median"]
    wanted = reference("external_weighted_curve").filter(summaries=summaries)
    at = survival_at(curve, wanted["time"].to_list())
    for name in NUMBERS:
        assert at[name].to_list() == pytest.approx(wanted[name].to_list(), rel=1e-10), name

    other_time, other_event = women
    data = CoxData(
        tstart=np.zeros(len(time) + len(other_time)),
        tstop=np.concatenate([time, other_time]),
        event=np.concatenate([event, other_event]),
        covariates=np.repeat([1.0, 0.0], [len(time), len(other_time)])[:, None],
        names=("group",),
        weight=np.concatenate([found.weight, np.ones(len(other_time))]),
    )
    fit = with_robust_variance(data, fit_cox(data, ties="efron"), np.arange(len(data.tstop)))
    assert fit.log_hr is not None
    assert fit.std_error is not None
    assert fit.log_hr[0] == pytest.approx(numbers["log_hr"], rel=1e-9)
    assert fit.std_error[0] == pytest.approx(numbers["robust_std_error"], rel=1e-9)
