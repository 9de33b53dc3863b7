"""Properties that hold whatever the data, and two that a simulation shows."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.methods.competing_risks import cumulative_incidence_curve
from analytics.methods.counts import counts_from_times, risk_table
from analytics.methods.cox import CoxData, fit_cox
from analytics.methods.kaplan_meier import kaplan_meier_curve

subjects = st.lists(
    st.tuples(st.integers(0, 12), st.integers(1, 12), st.integers(0, 2), st.integers(1, 3)),
    min_size=1,
    max_size=25,
)
few = settings(max_examples=60, deadline=None)


def counts_of(subjects, *, delayed):
    entry, stay, code, weight = (np.array(column) for column in zip(*subjects, strict=True))
    entry = entry if delayed else np.zeros_like(entry)
    return counts_from_times(entry + stay, code, entry=entry, weight=weight)


def curves_of(counts):
    options = {"variance": "aalen", "conf_level": 0.95, "ci_transform": "log-log"}
    all_causes = counts.with_columns(
        n_event=counts["n_event"] + counts["n_competing"], n_competing=0
    )
    return (
        kaplan_meier_curve(all_causes, conf_level=0.95, ci_transform="log-log"),
        cumulative_incidence_curve(counts, event="event", **options),
        cumulative_incidence_curve(counts, event="competing", **options),
    )


@few
@given(subjects, st.booleans())
def test_survival_and_the_incidences_sum_to_one(subjects, delayed):
    curves = curves_of(counts_of(subjects, delayed=delayed))
    total = sum(curve["estimate"].to_numpy() for curve in curves)
    np.testing.assert_allclose(total, 1, rtol=0, atol=1e-12)


@few
@given(subjects, st.booleans())
def test_survival_never_rises_and_incidence_never_falls(subjects, delayed):
    survival, event, competing = curves_of(counts_of(subjects, delayed=delayed))
    assert (np.diff(survival["estimate"].to_numpy()) <= 1e-15).all()
    assert (np.diff(event["estimate"].to_numpy()) >= 0).all()
    assert (np.diff(competing["estimate"].to_numpy()) >= 0).all()


@few
@given(subjects, st.booleans())
def test_survival_is_the_exact_product(subjects, delayed):
    counts = counts_of(subjects, delayed=delayed)
    survival, *_ = curves_of(counts)
    table, product = risk_table(counts), Fraction(1)
    for row, estimate in enumerate(survival["estimate"]):
        dead = int(table.n_event[row] + table.n_competing[row])
        product *= 1 - Fraction(dead, int(table.n_risk[row])) if dead else 1
        assert estimate == pytest.approx(float(product), abs=1e-12)


@few
@given(subjects, st.booleans())
def test_an_interval_holds_its_estimate(subjects, delayed):
    for curve in curves_of(counts_of(subjects, delayed=delayed)):
        known = curve.drop_nulls()
        assert (known["ci_lower"] <= known["estimate"] + 1e-12).all()
        assert (known["estimate"] <= known["ci_upper"] + 1e-12).all()


def test_ever_against_never_is_biased_and_the_time_dependent_factor_is_not():
    """Transplants without any effect: whoever lives long enough to get one seems protected."""
    rng = np.random.default_rng(20211)
    n = 2000
    death, transplant = rng.exponential(300, n), rng.exponential(300, n)
    had = transplant < death
    ever = CoxData(
        np.zeros(n), death, np.ones(n, dtype=np.int64), had[:, None].astype(float), ("hsct",)
    )
    moving = CoxData(
        tstart=np.concatenate([np.zeros(n), transplant[had]]),
        tstop=np.concatenate([np.minimum(death, transplant), death[had]]),
        event=np.concatenate([~had, np.ones(had.sum(), dtype=bool)]).astype(np.int64),
        covariates=np.concatenate([np.zeros(n), np.ones(had.sum())])[:, None],
        names=("hsct",),
    )
    naive = np.exp(fit_cox(ever, ties="efron").log_hr[0])
    honest = np.exp(fit_cox(moving, ties="efron").log_hr[0])
    assert naive < 0.5
    assert 0.9 < honest < 1.1
