import numpy as np
import pytest

from analytics.methods.counts import counts_from_times
from analytics.methods.cure_fraction import MixtureCure, mixture_cure


def cure_of(times, codes, **options):
    return mixture_cure(counts_from_times(times, codes, **options), conf_level=0.95)


@pytest.fixture(scope="module")
def cohort():
    """400 subjects, 40 % cured, the others Weibull with scale 300 and shape 1.5."""
    rng = np.random.default_rng(7)
    event = np.where(rng.random(400) < 0.4, np.inf, 300 * rng.weibull(1.5, 400))
    censored = rng.uniform(1000, 2000, 400)
    return np.ceil(np.minimum(event, censored)), (event < censored).astype(np.int64)


@pytest.fixture(scope="module")
def fit(cohort):
    return cure_of(*cohort)


def test_a_known_fraction_is_found_within_its_interval(cohort, fit):
    assert fit.status == "ok"
    assert fit.ci_lower < 0.4 < fit.ci_upper
    assert fit.cure_fraction == pytest.approx(1 - cohort[1].mean(), abs=0.001)
    assert fit.scale == pytest.approx(300, rel=0.1)
    assert fit.shape == pytest.approx(1.5, rel=0.1)


def test_with_a_complete_plateau_the_error_is_the_binomial(fit):
    binomial = np.sqrt(fit.cure_fraction * (1 - fit.cure_fraction) / 400)
    assert fit.std_error == pytest.approx(binomial, rel=0.01)


def test_the_limits_are_symmetric_on_the_logit(fit):
    lower, centre, upper = (
        np.log(p / (1 - p)) for p in (fit.ci_lower, fit.cure_fraction, fit.ci_upper)
    )
    assert upper - centre == pytest.approx(centre - lower, rel=1e-9)
    odds = fit.cure_fraction * (1 - fit.cure_fraction)
    assert (upper - centre) * odds / fit.std_error == pytest.approx(1.959963984540054, rel=1e-9)


def test_a_weight_of_two_is_the_row_twice(cohort):
    times, codes = (column[:100] for column in cohort)
    assert cure_of(times, codes, weight=np.full(100, 2)) == cure_of(
        np.repeat(times, 2), np.repeat(codes, 2)
    )


def test_late_entries_are_left_truncated(cohort):
    """Those whose event comes before their entry are never seen; the fraction stays the same."""
    times, codes = cohort
    entry = np.random.default_rng(8).integers(0, 300, 400)
    seen = times > entry
    late = cure_of(times[seen], codes[seen], entry=entry[seen])
    ignored = cure_of(times[seen], codes[seen])
    assert late.ci_lower < 0.4 < late.ci_upper
    assert ignored.cure_fraction > late.cure_fraction + 0.03


def test_an_event_on_day_zero_counts_at_half_a_day(cohort):
    times, codes = (column[:100] for column in cohort)
    first = np.arange(100) == int(np.flatnonzero(codes)[0])
    assert cure_of(np.where(first, 0, times), codes) == cure_of(np.where(first, 0.5, times), codes)


@pytest.mark.parametrize(
    ("times", "codes", "reason"),
    [
        ([], [], "no subjects"),
        ([5], [1], "fewer than two subjects at risk"),
        ([5, 9], [0, 0], "no events"),
        ([5, 5, 5, 9], [1, 1, 1, 0], "too few distinct event times"),
    ],
)
def test_too_little_data_is_a_status(times, codes, reason):
    assert cure_of(times, codes) == MixtureCure(f"not estimable: {reason}")


def test_a_curve_without_a_plateau_has_a_status_and_no_fraction(data_sets):
    veteran = data_sets["veteran"]
    assert cure_of(veteran["time"], veteran["status"]) == MixtureCure(
        "not estimable: the cure fraction is at its bound of 0, the data show no plateau"
    )


def test_no_convergence_is_a_status(monkeypatch, cohort):
    monkeypatch.setattr("analytics.methods.newton.MAX_ITERATIONS", 0)
    assert cure_of(*cohort) == MixtureCure("not estimable: no convergence")


def test_competing_events_are_refused_in_a_sentence():
    with pytest.raises(ValueError) as refused:
        cure_of([1, 2, 3], [1, 2, 0])
    assert str(refused.value) == (
        "The cure model does not allow competing events, since they are not censorings."
    )
