"""Equal rows of a Cox model counted as one give what the rows give one by one."""

from dataclasses import replace

import numpy as np
import pytest

from analytics.methods.cox import (
    CoxData,
    fit_cox,
    likelihood_ratio_test,
    proportional_hazards_test,
    score_test_of_added,
)
from analytics.methods.cox_data import counted, with_covariates
from analytics.methods.cox_strata import n_informative_strata
from analytics.methods.joint_tests import joint_likelihood_ratio_test
from analytics.methods.profile import with_profile_limits
from analytics.methods.risk_sets import risk_sets
from analytics.methods.risk_totals import n_at_risk
from analytics.methods.robust_variance import with_robust_variance
from analytics.methods.selection import stepwise_selection

FORMS = ("plain", "late", "strata", "late and strata")


def rows_of(form: str, *, n: int = 300, seed: int = 5) -> CoxData:
    """Rows of few days and few values, many of them equal; every third begins late."""
    draw = np.random.default_rng(seed)
    tstop = draw.integers(2, 7, n).astype(np.float64)
    covariates = np.column_stack(
        [draw.integers(0, 2, n), draw.integers(0, 3, n), draw.integers(0, 2, n)]
    ).astype(np.float64)
    start = np.where(draw.random(n) < 1 / 3, draw.integers(0, 2, n), 0).astype(np.float64)
    return CoxData(
        tstart=start if "late" in form else np.zeros(n),
        tstop=tstop,
        event=(draw.random(n) < 0.4 + 0.2 * covariates[:, 0]).astype(np.int64),
        covariates=covariates,
        names=("first", "second", "third"),
        stratum=draw.integers(0, 3, n) if "strata" in form else None,
    )


@pytest.fixture(params=FORMS)
def data(request: pytest.FixtureRequest) -> CoxData:
    """Rows one by one."""
    return rows_of(request.param)


def test_fewer_rows_stand_for_all(data: CoxData) -> None:
    found = counted(data)
    assert len(found.tstop) < 0.9 * len(data.tstop)
    assert (found.n_rows, found.n_events) == (data.n_rows, data.n_events)
    assert counted(found).counts.tolist() == found.counts.tolist()


def test_the_rows_come_back_from_their_counts(data: CoxData) -> None:
    found = counted(data)
    repeated = np.repeat(_table(found), found.counts, axis=0)
    assert sorted(map(tuple, repeated)) == sorted(map(tuple, _table(data)))


@pytest.mark.parametrize("ties", ["efron", "breslow", "exact"])
def test_the_model_is_that_of_the_rows(data: CoxData, ties: str) -> None:
    by_row, by_count = (fit_cox(rows, ties=ties) for rows in (data, counted(data)))
    assert by_row.status == by_count.status == "ok"
    assert (by_count.n_rows, by_count.n_events) == (by_row.n_rows, by_row.n_events)
    for name in ("log_hr", "std_error", "covariance", "log_likelihood", "log_likelihood_null"):
        close(getattr(by_count, name), getattr(by_row, name))
    for name in ("lr_test", "score_test", "wald_test"):
        close(getattr(by_count, name).statistic, getattr(by_row, name).statistic)


@pytest.mark.parametrize("ties", ["efron", "breslow", "exact"])
@pytest.mark.parametrize("transform", ["km", "identity", "log", "rank"])
def test_so_is_the_test_of_proportional_hazards(data: CoxData, ties: str, transform: str) -> None:
    tables = [
        proportional_hazards_test(rows, fit_cox(rows, ties=ties), transform=transform)
        for rows in (data, counted(data))
    ]
    close(tables[1]["statistic"].to_numpy(), tables[0]["statistic"].to_numpy())


@pytest.mark.parametrize("penalty", [None, "firth"])
def test_so_are_profile_limits_and_tests_of_terms(data: CoxData, penalty: str | None) -> None:
    both = (data, counted(data))
    fits = [fit_cox(rows, ties="efron", penalty=penalty) for rows in both]
    limits = [
        with_profile_limits(rows, fit, conf_level=0.95)
        for rows, fit in zip(both, fits, strict=True)
    ]
    close(limits[1].term_limits, limits[0].term_limits, 1e-6)
    joint = [
        joint_likelihood_ratio_test(rows, fit, ("first", "third")).statistic
        for rows, fit in zip(both, fits, strict=True)
    ]
    close(joint[1], joint[0], 1e-7)


def test_so_are_the_tests_of_a_term_more_or_less(data: CoxData) -> None:
    both = (data, counted(data))
    added = [
        score_test_of_added(rows, fit_cox(with_covariates(rows, ("first",)), ties="efron"), "third")
        for rows in both
    ]
    close(added[1].statistic, added[0].statistic)
    ratio = [likelihood_ratio_test(rows, ("second",), ties="efron").statistic for rows in both]
    close(ratio[1], ratio[0])


def test_so_is_the_selection(data: CoxData) -> None:
    found = [
        stepwise_selection(rows, slentry=0.9, slstay=0.9, ties="efron")
        for rows in (data, counted(data))
    ]
    assert found[0].selected == found[1].selected
    assert len(found[0].selected) > 1
    numbers = [one.steps["statistic"].drop_nulls().to_numpy() for one in found]
    close(numbers[1], numbers[0])


def test_so_are_those_at_risk_and_the_strata_that_tell(data: CoxData) -> None:
    sets = [risk_sets(rows) for rows in (data, counted(data))]
    assert sets[0].n_tied.tolist() == sets[1].n_tied.tolist()
    assert n_at_risk(sets[0]).tolist() == n_at_risk(sets[1]).tolist()
    assert n_informative_strata(data) == n_informative_strata(counted(data))


def test_case_weights_are_kept_beside_counts() -> None:
    data = rows_of("late")
    weighted = replace(data, weight=np.where(data.covariates[:, 0] > 0, 0.5, 2.0))
    by_row, by_count = (fit_cox(rows, ties="efron") for rows in (weighted, counted(weighted)))
    close(by_count.log_hr, by_row.log_hr)
    close(by_count.covariance, by_row.covariance)
    unweighted = fit_cox(data, ties="efron")
    assert abs(by_row.log_hr - unweighted.log_hr).max() > 1e-3


def test_what_a_covariate_has_of_its_own_is_judged_of_all_rows() -> None:
    """One row of many tells two covariates apart: they are nearly dependent, counted or not."""
    n = 4_000_000
    data = CoxData(
        tstart=np.zeros(4),
        tstop=np.array([1.0, 2.0, 3.0, 4.0]),
        event=np.array([1, 1, 1, 0]),
        covariates=np.array([[0.0, 0.0], [1.0, 1.0], [1.0, 0.0], [0.0, 0.0]]),
        names=("one", "other"),
        count=np.array([n, n, 1, n]),
    )
    assert fit_cox(data, ties="breslow").nearly_dependent == ("other",)
    assert fit_cox(replace(data, count=None), ties="breslow").nearly_dependent == ()


def test_no_rows_are_no_rows() -> None:
    nothing = CoxData(np.zeros(0), np.zeros(0), np.zeros(0, dtype=np.int64), np.zeros((0, 0)), ())
    assert counted(nothing).n_rows == 0
    assert fit_cox(counted(nothing), ties="efron").status == fit_cox(nothing, ties="efron").status


@pytest.mark.parametrize("count", [[1, 0, 2], [1, 1.5, 2], [1, -1, 2]])
def test_a_count_of_no_subjects_is_refused(count: list[float]) -> None:
    with pytest.raises(ValueError, match=r"^A count is not a whole number above 0"):
        _three(np.array(count))
    with pytest.raises(ValueError, match=r"^The counts must have one number per row\.$"):
        _three(np.array([1, 2]))


def test_counted_rows_have_no_clusters() -> None:
    data = counted(rows_of("plain"))
    fit = fit_cox(data, ties="efron")
    with pytest.raises(ValueError, match=r"^Rows that count for several have no clusters"):
        with_robust_variance(data, fit, np.arange(len(data.tstop)))


def close(found: object, expected: object, relative: float = 1e-9) -> None:
    """Equal to rounding."""
    np.testing.assert_allclose(found, expected, rtol=relative, atol=1e-10)


def _table(data: CoxData) -> np.ndarray:
    columns = [data.tstart, data.tstop, data.event, *data.covariates.T]
    return np.column_stack(columns if data.stratum is None else [*columns, data.stratum])


def _three(count: np.ndarray) -> CoxData:
    three = np.array([1.0, 2.0, 3.0])
    event = np.ones(3, dtype=np.int64)
    return CoxData(np.zeros(3), three, event, three[:, None], ("x",), count=count)
