import math

import numpy as np
import pytest

from analytics.methods.cure_likelihood import Spells, cure_likelihood

AT = np.log([0.4 / 0.6, 1.2, 1.5])


@pytest.fixture
def spells():
    return Spells(
        entry=np.array([0.0, 0.0, 0.3, 0.0, 0.5]),
        leave=np.array([0.4, 1.0, 2.5, 3.0, 3.0]),
        observed=np.array([True, True, True, False, False]),
        weight=np.array([1, 2, 1, 3, 1]),
    )


def test_the_value_is_that_of_the_model_written_plainly(spells):
    cured, scale, shape = 0.4, 1.2, 1.5

    def survival(t):
        return cured + (1 - cured) * math.exp(-((t / scale) ** shape))

    def density(t):
        u = (t / scale) ** shape
        return (1 - cured) * shape / t * u * math.exp(-u)

    expected = (
        math.log(density(0.4))
        + 2 * math.log(density(1.0))
        + math.log(density(2.5) / survival(0.3))
        + 3 * math.log(survival(3.0))
        + math.log(survival(3.0) / survival(0.5))
    )
    assert cure_likelihood(AT, spells).log_likelihood == pytest.approx(expected, rel=1e-14)


def test_the_derivatives_are_those_of_the_value_and_of_the_score(spells):
    here, step = cure_likelihood(AT, spells), 1e-5
    for j, way in enumerate(np.eye(3) * step):
        above, below = (cure_likelihood(AT + side, spells) for side in (way, -way))
        slope = (above.log_likelihood - below.log_likelihood) / (2 * step)
        assert here.score[j] == pytest.approx(slope, rel=1e-8)
        curvature = (above.score - below.score) / (2 * step)
        np.testing.assert_allclose(-here.information[j], curvature, rtol=1e-7, atol=1e-9)


def test_long_after_the_last_who_was_not_cured_only_the_cured_are_left():
    late = Spells(np.zeros(1), np.array([1e9]), np.array([False]), np.array([1]))
    found = cure_likelihood(np.array([0.0, 0.0, math.log(40)]), late)
    assert found.log_likelihood == pytest.approx(math.log(0.5), rel=1e-14)
    np.testing.assert_allclose(found.score, [0.5, 0, 0], atol=1e-15)
    np.testing.assert_allclose(found.information, np.diag([0.25, 0, 0]), atol=1e-15)
