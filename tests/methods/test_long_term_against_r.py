"""Long-term questions to a curve against R's numbers (tests/reference)."""

import polars as pl
import pytest

from analytics.methods.conditional_survival import conditional_survival
from analytics.methods.counts import counts_from_times
from analytics.methods.incidence_rate import incidence_rate
from analytics.methods.kaplan_meier import kaplan_meier_curve, survival_quantile
from analytics.methods.known_span import curve_in_span, known_span
from analytics.methods.parametric import Fitted, fit_parametric, parameter_estimates
from analytics.methods.smoothed_hazard import smoothed_hazard
from analytics.methods.time_lost import restricted_mean_time_lost

DEATHS = {"veteran": "status", "ovarian": "fustat"}
# second derivatives are differences, whose last digits depend on the processor's exp and log
_CLOSE = (("estimate", 1e-9), ("std_error", 2e-8))
NUMBERS = ("estimate", "std_error", "ci_lower", "ci_upper")


@pytest.fixture(scope="module")
def deaths(data_sets):
    """The counts of a data set with death as the event."""

    def counts(name):
        rows = data_sets[name]
        time = "futime" if name == "ovarian" else "time"
        return counts_from_times(rows[time], rows[DEATHS.get(name, "died")])

    return counts


def test_survival_given_no_event_by_a_day(reference, deaths):
    expected = reference("conditional_survival")
    for row in expected.iter_rows(named=True):
        found = conditional_survival(
            deaths(row["data"]),
            at=row["at"],
            further=[row["further"]],
            conf_level=0.95,
            ci_transform=row["ci_transform"],
        ).row(0, named=True)
        assert [found[name] for name in NUMBERS] == pytest.approx(
            [row[name] for name in NUMBERS], rel=1e-12
        )
        assert found["n_risk"] == row["n_risk"]
    assert expected.height == 36


def test_quantiles(reference, deaths):
    expected = reference("survival_quantile")
    for row in expected.iter_rows(named=True):
        curve = kaplan_meier_curve(
            deaths(row["data"]), conf_level=0.95, ci_transform=row["ci_transform"]
        )
        found = survival_quantile(curve, row["probability"])
        assert found == (row["estimate"], row["ci_lower"], row["ci_upper"])
    assert expected.height == 36


def test_events_per_day_with_exact_limits(reference, deaths):
    expected = reference("incidence_rate")
    for row in expected.iter_rows(named=True):
        found = incidence_rate(
            deaths(row["data"]), after=row["after"], until=row["until"], conf_level=0.9
        )
        assert (found.n_event, found.days_at_risk) == (row["n_event"], row["days_at_risk"])
        assert (found.estimate, found.ci_lower, found.ci_upper) == pytest.approx(
            (row["estimate"], row["ci_lower"], row["ci_upper"]), rel=1e-12
        )
    assert expected.height == 16


def test_the_smoothed_hazard(reference, deaths):
    expected = reference("smoothed_hazard")
    for row in expected.iter_rows(named=True):
        found = smoothed_hazard(
            deaths(row["data"]), [row["time"]], bandwidth=row["bandwidth"], conf_level=0.95
        ).row(0, named=True)
        if row["estimate"] > 0:
            assert [found[name] for name in NUMBERS[:2]] == pytest.approx(
                [row[name] for name in NUMBERS[:2]], rel=1e-11
            )
        else:
            assert found["status"] == "not estimable: no event within the bandwidth"
    assert (expected.height, (expected["estimate"] > 0).sum()) == (18, 18)


def test_time_lost_to_either_event(reference, data_sets):
    expected = reference("time_lost")
    codes = {"mgus2": "code", "pbc": "status"}
    for row in expected.iter_rows(named=True):
        rows = data_sets[row["data"]]
        found = restricted_mean_time_lost(
            counts_from_times(rows["time"], rows[codes[row["data"]]]),
            event="event" if row["code"] == 1 else "competing",
            horizon=row["horizon"],
            conf_level=0.95,
        )
        assert (found.estimate, found.std_error) == pytest.approx(
            (row["estimate"], row["std_error"]), rel=1e-11
        )
    assert expected.height == 12


def late_counts(name, data_sets):
    if name == "mgus2":
        rows = data_sets["mgus2"].rename({"age_months": "entry", "end_months": "end"})
        rows = rows.with_columns(died=pl.col("death"))
    else:
        rows = data_sets["heart"].filter(transplant=1)
        rows = rows.rename({"start": "entry", "stop": "end", "event": "died"})
    rows = rows.filter(pl.col("end") > pl.col("entry"))
    return counts_from_times(rows["end"], rows["died"], entry=rows["entry"])


@pytest.mark.parametrize("name", ["mgus2", "heart"])
def test_a_curve_with_late_entries_starts_where_enough_are_at_risk(reference, data_sets, name):
    expected = reference("started_curve").filter(data=name)
    counts = late_counts(name, data_sets)
    span = known_span(counts, smallest_risk_set=int(expected["smallest_risk_set"][0]))
    assert (span.start, span.end) == (expected["start"][0], None)
    curve = curve_in_span(
        counts,
        span,
        lambda found: kaplan_meier_curve(found, conf_level=0.95, ci_transform="log-log"),
    )
    shown = curve.filter(pl.col("time") > span.start, pl.col("n_event") > 0)
    assert shown["time"].to_list() == expected["time"].to_list()
    for column in NUMBERS:
        known = expected[column].is_not_null()  # R has no error where survival is 0
        assert shown[column].is_null().to_list() == (~known).to_list()
        found, wanted = (frame[column].filter(known).to_list() for frame in (shown, expected))
        assert found == pytest.approx(wanted, rel=1e-11)


def test_parametric_models(reference, deaths, data_sets):
    expected = reference("parametric")
    compared = 0
    for (name, model), part in expected.partition_by("data", "model", as_dict=True).items():
        counts = late_counts(name, data_sets) if name == "mgus2" else deaths(name)
        fitted = fit_parametric(counts, model)
        assert isinstance(fitted, Fitted), (name, model, fitted)
        found = parameter_estimates(fitted, unit=1, conf_level=0.95)
        assert found["parameter"].to_list() == part["parameter"].to_list()
        where = (name, model)
        # the generalised gamma has a flat likelihood: of pbc, q is 2.9 with an error of 5.6
        flat = model == "generalised_gamma"
        for column, precision in (("estimate", 5e-9), ("std_error", 2e-7)) if flat else _CLOSE:
            assert found[column].to_list() == pytest.approx(
                part[column].to_list(), rel=precision
            ), (where, column)
        assert fitted.log_likelihood == pytest.approx(part["log_likelihood"][0], rel=1e-11), where
        compared += part.height
    assert compared == expected.height == 54
