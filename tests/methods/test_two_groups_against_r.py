"""Proportions, two-by-two tables, strata and survival differences against R's (tests/reference)."""

import polars as pl
import pytest

from analytics.methods.counts import counts_from_times
from analytics.methods.kaplan_meier import kaplan_meier_curve, survival_at
from analytics.methods.mantel_haenszel import (
    cochran_mantel_haenszel_test,
    common_odds_ratio,
    hypergeometric_variance,
)
from analytics.methods.proportions import exact_limits
from analytics.methods.restricted_mean import restricted_mean, restricted_mean_difference
from analytics.methods.survival_difference import survival_difference
from analytics.methods.two_by_two import (
    TwoByTwo,
    fisher_exact_p,
    odds_ratio,
    proportion_difference,
)

COUNTS = ["n", "denominator", "n_reference", "denominator_reference"]
LIMITS = ("estimate", "ci_lower", "ci_upper")


def numbers(found):
    return [getattr(found, name) for name in LIMITS]


def test_exact_limits(reference):
    expected = reference("exact_limits")
    for row in expected.iter_rows(named=True):
        found = exact_limits(row["count"], row["denominator"], conf_level=row["conf_level"])
        assert found == pytest.approx((row["ci_lower"], row["ci_upper"]), rel=1e-12)
    assert expected.height == 51


def test_two_by_two_tables(reference):
    expected = reference("two_by_two")
    for row in expected.iter_rows(named=True):
        table = TwoByTwo(*(row[name] for name in COUNTS))
        level = row["conf_level"]
        difference = [row[name] for name in ("difference", "ci_lower", "ci_upper")]
        assert numbers(proportion_difference(table, conf_level=level)) == pytest.approx(
            difference, abs=1e-13
        )
        ratio = [row[f"odds_ratio{name}"] for name in ("", "_ci_lower", "_ci_upper")]
        found = numbers(odds_ratio(table, conf_level=level))
        assert found == ([None] * 3 if ratio[0] is None else pytest.approx(ratio, rel=1e-10))
        assert fisher_exact_p(table) == pytest.approx(row["fisher_p"], rel=1e-11)
    assert expected.height == 30


@pytest.mark.parametrize("strata", ["male", "extent", "male obstruct", "extent node4", "differ"])
def test_the_common_odds_ratio_and_its_test(reference, data_sets, strata):
    factors = strata.split()
    expected = reference("mantel_haenszel").filter(strata=strata).row(0, named=True)
    deaths = data_sets["colon"].filter(etype=2, lev=0).drop_nulls(factors)
    of_group = pl.col("lev5fu") == 1
    died = pl.col("status")
    cells = deaths.group_by(factors).agg(
        died.filter(of_group).sum().alias("n"),
        of_group.sum().cast(pl.Int64).alias("denominator"),
        died.filter(~of_group).sum().alias("n_reference"),
        (~of_group).sum().cast(pl.Int64).alias("denominator_reference"),
    )
    tables = [TwoByTwo(**row) for row in cells.select(COUNTS).to_dicts()]
    test = cochran_mantel_haenszel_test(tables)
    assert test.statistic == pytest.approx(expected["cmh_statistic"], rel=1e-12)
    assert test.p_value == pytest.approx(expected["cmh_p"], rel=1e-12)
    ratio = [expected[f"common_odds_ratio{name}"] for name in ("", "_ci_lower", "_ci_upper")]
    found = common_odds_ratio(tables, conf_level=0.95)
    assert numbers(found) == pytest.approx(ratio, rel=1e-12)
    informative = sum(hypergeometric_variance(table) > 0 for table in tables)
    assert (len(tables), informative) == (expected["n_strata"], expected["n_strata_informative"])
    assert sum(table.total for table in tables) == expected["n"]


def test_every_reference_in_strata_is_compared(reference):
    assert reference("mantel_haenszel").height == 5


def survival_rows(data_sets, data):
    rows = data_sets[data]
    if data == "colon":
        rows = rows.filter(etype=2)
    return rows if "died" in rows.columns else rows.with_columns(died=pl.col("status"))


def test_survival_and_its_restricted_means(reference, data_sets):
    expected = reference("survival_difference")
    for row in expected.iter_rows(named=True):
        rows = survival_rows(data_sets, row["data"])
        rates, means = [], []
        for level in (row["level"], row["reference"]):
            own = rows.filter(pl.col(row["group"]) == level)
            curve = kaplan_meier_curve(
                counts_from_times(own["time"], own["died"]),
                conf_level=0.95,
                ci_transform="log-log",
            )
            rates.append(survival_at(curve, [row["day"]]).row(0, named=True))
            means.append(restricted_mean(curve, horizon=row["day"], conf_level=0.95))
        one, other = rates
        found = survival_difference(
            (one["estimate"], other["estimate"]),
            (one["std_error"], other["std_error"]),
            conf_level=0.95,
        )
        assert found.estimate == pytest.approx(row["difference"], abs=1e-13)
        for name in ("std_error", "ci_lower", "ci_upper", "statistic", "p_value"):
            assert getattr(found, name) == pytest.approx(row[name], rel=1e-10, abs=1e-13)
        mean = restricted_mean_difference(*means, conf_level=0.95)
        assert mean.estimate == pytest.approx(row["mean_difference"], rel=1e-10)
        for name in ("ci_lower", "ci_upper", "p_value"):
            assert getattr(mean, name) == pytest.approx(row[f"mean_{name}"], rel=1e-9)
    assert expected.height == 11
