"""Which strata of a Cox model carry information on its coefficients."""

import numpy as np

from analytics.methods.arrays import FloatArray, IntArray
from analytics.methods.cox_data import CoxData


def n_informative_strata(data: CoxData) -> int:
    """How many strata have an event at which a covariate varies among those at risk.

    The others add the same to the partial likelihood whatever the coefficients are. Rows without
    strata are one stratum. Values and times are compared exactly.
    """
    stratum = _codes(np.zeros(len(data.tstop)) if data.stratum is None else data.stratum)
    is_event = data.event == 1
    n_at_risk = _n_at_risk(data, stratum)
    varies = np.zeros(int(is_event.sum()), dtype=np.bool_)
    for column in data.covariates.T:
        value = _codes(column)
        same = _n_at_risk(data, stratum * (value.max(initial=0) + 1) + value)
        varies |= same < n_at_risk
    return len(np.unique(stratum[is_event][varies]))


def _n_at_risk(data: CoxData, group: IntArray) -> IntArray:
    """At each event, in the order of the rows: rows of the event's group that are at risk."""
    times = np.unique(np.concatenate([data.tstart, data.tstop]))
    first_of_group = group * (len(times) + 1)
    enters = np.sort(first_of_group + np.searchsorted(times, data.tstart))
    leaves = first_of_group + np.searchsorted(times, data.tstop)
    event = leaves[data.event == 1]
    n_left = np.searchsorted(np.sort(leaves), event)
    return np.asarray(np.searchsorted(enters, event) - n_left, dtype=np.int64)


def _codes(values: FloatArray | IntArray) -> IntArray:
    """The distinct values numbered from 0."""
    return np.unique(values, return_inverse=True)[1].astype(np.int64)
