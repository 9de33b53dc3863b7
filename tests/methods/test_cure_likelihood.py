import math
from dataclasses import replace

import numpy as np
import pytest

from analytics.methods.cure_likelihood import CureRows, cure_likelihood, has_shape

AT = np.log([0.4 / 0.6, 1.2, 1.5])


LATENCIES = ["weibull", "exponential", "log_logistic", "log_normal"]
ONES = np.ones((5, 1))


@pytest.fixture
def rows():
    return CureRows(
        entry=np.array([0.0, 0.0, 0.3, 0.0, 0.5]),
        leave=np.array([0.4, 1.0, 2.5, 3.0, 3.0]),
        observed=np.array([True, True, True, False, False]),
        weight=np.array([1, 2, 1, 3, 1]),
        of_fraction=ONES,
        of_scale=ONES,
    )


def standard(latency, z):
    """Density and survival of the standard distribution, written plainly."""
    if latency == "log_logistic":
        return math.exp(z) / (1 + math.exp(z)) ** 2, 1 / (1 + math.exp(z))
    if latency == "log_normal":
        return math.exp(-(z**2) / 2) / math.sqrt(2 * math.pi), math.erfc(z / math.sqrt(2)) / 2
    return math.exp(z - math.exp(z)), math.exp(-math.exp(z))


@pytest.mark.parametrize("latency", LATENCIES)
def test_the_value_is_that_of_the_model_written_plainly(rows, latency):
    cured, scale = 0.4, 1.2
    shape = 1.5 if has_shape(latency) else 1.0

    def survival(t):
        return cured + (1 - cured) * standard(latency, shape * math.log(t / scale))[1]

    def density(t):
        return (1 - cured) * shape / t * standard(latency, shape * math.log(t / scale))[0]

    expected = (
        math.log(density(0.4))
        + 2 * math.log(density(1.0))
        + math.log(density(2.5) / survival(0.3))
        + 3 * math.log(survival(3.0))
        + math.log(survival(3.0) / survival(0.5))
    )
    at = AT if has_shape(latency) else AT[:2]
    found = cure_likelihood(at, rows, latency)
    assert found.log_likelihood == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize("latency", LATENCIES)
def test_the_derivatives_are_those_of_the_value_and_of_the_score(rows, latency):
    x = np.column_stack([ONES, [0.0, 1.0, 1.0, 0.0, 1.0], [0.3, -0.2, 1.1, 0.4, -0.9]])
    rows = replace(rows, of_fraction=x, of_scale=x[:, :2])
    at = np.array([-0.4, 0.5, 0.2, 0.2, -0.3, *([0.4] if has_shape(latency) else [])])
    here, step = cure_likelihood(at, rows, latency), 1e-5
    for j, way in enumerate(np.eye(len(at)) * step):
        above, below = (cure_likelihood(at + side, rows, latency) for side in (way, -way))
        slope = (above.log_likelihood - below.log_likelihood) / (2 * step)
        assert here.score[j] == pytest.approx(slope, rel=1e-7, abs=1e-9)
        curvature = (above.score - below.score) / (2 * step)
        np.testing.assert_allclose(-here.information[j], curvature, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("latency", LATENCIES)
def test_long_after_the_last_who_was_not_cured_only_the_cured_are_left(latency):
    one = np.ones((1, 1))
    late = CureRows(np.zeros(1), np.array([1e9]), np.array([False]), np.array([1]), one, one)
    at = np.array([0.0, 0.0, *([math.log(40)] if has_shape(latency) else [])])
    found = cure_likelihood(at, late, latency)
    assert found.log_likelihood == pytest.approx(math.log(0.5), rel=1e-14)
    np.testing.assert_allclose(found.score, [0.5, *at[1:] * 0], atol=1e-15)
    np.testing.assert_allclose(found.information, np.diag([0.25, *at[1:] * 0]), atol=1e-15)
