from itertools import groupby

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.methods.cox import CoxData, fit_cox
from analytics.methods.cox_strata import n_informative_strata


def rows(*typed: tuple[float, ...]) -> CoxData:
    """Rows of (stratum, tstart, tstop, event, covariate values ...)."""
    table = np.array(typed, dtype=np.float64)
    return CoxData(
        tstart=table[:, 1],
        tstop=table[:, 2],
        event=table[:, 3].astype(np.int64),
        covariates=table[:, 4:],
        names=tuple("xyz"[: table.shape[1] - 4]),
        stratum=table[:, 0].astype(np.int64),
    )


TELLS = [(1, 0, 5, 1, 0), (1, 0, 9, 0, 1)]


@pytest.mark.parametrize(
    ("stratum", "n"),
    [
        ([], 1),
        ([(2, 0, 5, 1, 1), (2, 0, 9, 0, 1)], 1),  # all alike
        ([(2, 0, 5, 0, 1), (2, 0, 9, 0, 0)], 1),  # no event
        ([(2, 0, 5, 1, 1)], 1),  # nobody else
        ([(2, 0, 5, 1, 1), (2, 5, 9, 1, 0)], 1),  # never at risk together
        ([(2, 0, 5, 1, 1), (2, 4, 9, 1, 0)], 2),
        ([(2, 0, 5, 1, 1), (2, 0, 5, 1, 0)], 2),  # tied, but still a choice
    ],
)
def test_a_stratum_tells_something_when_a_covariate_varies_at_its_events(stratum, n):
    assert n_informative_strata(rows(*TELLS, *stratum)) == n


def test_one_of_several_covariates_is_enough():
    assert n_informative_strata(rows((7, 0, 3, 1, 1.5, 2), (7, 0, 4, 0, 1.5, 3))) == 1


def test_rows_without_strata_are_one_stratum():
    table = rows(*TELLS)
    assert n_informative_strata(CoxData(*[getattr(table, name) for name in (
        "tstart", "tstop", "event", "covariates", "names")])) == 1  # fmt: skip


row = st.tuples(
    st.integers(0, 2), st.integers(0, 4), st.integers(1, 5), st.integers(0, 1), st.integers(0, 2)
).map(lambda typed: (typed[0], typed[1], typed[1] + typed[2], *typed[3:]))


@settings(max_examples=100, deadline=None)
@given(st.lists(row, min_size=1, max_size=14))
def test_it_is_what_counting_at_each_event_gives(typed):
    def tells(stratum: list[tuple[int, ...]]) -> bool:
        days = [stop for _, _, stop, event, _ in stratum if event]
        return any(
            len({x for _, start, stop, _, x in stratum if start < day <= stop}) > 1 for day in days
        )

    strata = [list(own) for _, own in groupby(sorted(typed), key=lambda one: one[0])]
    assert n_informative_strata(rows(*typed)) == sum(map(tells, strata))


def test_leaving_out_strata_without_information_changes_no_estimate(data_sets, cox_rows_of):
    data = cox_rows_of(data_sets["rats"], "time", "status", ["rx"], stratum="litter")
    fit = fit_cox(data, ties="efron")
    kept = [
        stratum
        for stratum in np.unique(data.stratum)
        if n_informative_strata(_of(data, data.stratum == stratum))
    ]
    assert 0 < len(kept) == n_informative_strata(data) < len(np.unique(data.stratum))
    less = fit_cox(_of(data, np.isin(data.stratum, kept)), ties="efron")
    np.testing.assert_allclose(less.log_hr, fit.log_hr, rtol=1e-12)
    np.testing.assert_allclose(less.std_error, fit.std_error, rtol=1e-12)


def _of(data: CoxData, kept) -> CoxData:
    columns = ("tstart", "tstop", "event", "covariates", "stratum")
    values = {name: getattr(data, name)[kept] for name in columns}
    return CoxData(names=data.names, **values)
