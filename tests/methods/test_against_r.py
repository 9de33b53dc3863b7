"""Our curves and tests against those of R's survival and cmprsk (tests/reference)."""

import polars as pl
import pytest
from designs import designs
from polars.testing import assert_frame_equal

from analytics.methods.competing_risks import cumulative_incidence_curve
from analytics.methods.counts import counts_from_times
from analytics.methods.cure_fraction import mixture_cure
from analytics.methods.follow_up import follow_up
from analytics.methods.kaplan_meier import MedianSurvival, kaplan_meier_curve, median_survival
from analytics.methods.landmark import landmark_subjects, simon_makuch_counts
from analytics.methods.log_rank import log_rank_test, stratified_log_rank_test
from analytics.methods.restricted_mean import restricted_mean

CURVES, LOG_RANK = designs("curve"), designs("log_rank")
TRANSFORMS = ["log-log", "log", "plain"]

# few at risk at young ages: the lower limit is below 0.5 early, rises above it and falls again; we
# take the first day, so that no day whose interval holds 0.5 lies outside, R takes a later one
RISING_LIMIT = {("mgus2_age_female", "log-log")}


def with_field(field):
    return pytest.mark.parametrize("curve", [name for name in CURVES if CURVES[name][field]])


@pytest.fixture
def counts(request, data_sets):
    """The counts of the curve that the test is parametrised with."""
    return counts_of_design(data_sets, CURVES[request.getfixturevalue("curve")])


def counts_of_design(data_sets, curve):
    rows = data_sets[curve["data"]]
    if curve["group"]:
        is_text = rows[curve["group"]].dtype == pl.String
        level = curve["level"] if is_text else float(curve["level"])
        rows = rows.filter(pl.col(curve["group"]) == level)
    return counts_from_times(
        rows[curve["stop"]],
        rows[curve["event"]],
        entry=rows[curve["start"]] if curve["start"] else None,
        weight=rows[curve["weight"]] if curve["weight"] else None,
    )


@with_field("data")
def test_kaplan_meier_curve(reference, counts, curve):
    everything = reference("survival_curve").filter(curve=curve).cast({"time": pl.Float64})
    for transform in TRANSFORMS:
        ours = kaplan_meier_curve(counts, conf_level=0.95, ci_transform=transform)
        expected = everything.rename(
            {f"{limit} {transform}": limit for limit in ("ci_lower", "ci_upper")}
        ).select(ours.columns)
        assert_frame_equal(ours.filter(pl.col("n_event") > 0), expected, abs_tol=1e-12, rel_tol=0)


@with_field("data")
def test_median_and_its_interval(reference, counts, curve):
    for transform in TRANSFORMS:
        ours = kaplan_meier_curve(counts, conf_level=0.95, ci_transform=transform)
        expected = reference("survival_median").filter(curve=curve, ci_transform=transform)
        if (curve, transform) not in RISING_LIMIT:
            assert median_survival(ours) == MedianSurvival(*expected.row(0)[2:])


@pytest.mark.parametrize("curve", [name for name in CURVES if not CURVES[name]["start"]])
def test_follow_up(reference, counts, curve):
    expected = reference("follow_up").filter(curve=curve)["reverse_km_median"].to_list()
    assert follow_up(counts)["time"].to_list()[:1] == expected


@with_field("horizon")
def test_restricted_mean(reference, counts, curve):
    expected = reference("restricted_mean").row(by_predicate=pl.col("curve") == curve, named=True)
    ours = restricted_mean(
        kaplan_meier_curve(counts, conf_level=0.95, ci_transform="log-log"),
        horizon=float(CURVES[curve]["horizon"]),
        conf_level=0.95,
    )
    assert ours.estimate == pytest.approx(expected["estimate"], rel=1e-12)
    assert ours.std_error == pytest.approx(expected["std_error"], rel=1e-12)


@pytest.mark.parametrize("test", LOG_RANK)
def test_log_rank(reference, data_sets, test):
    design = LOG_RANK[test]
    strata = design["stratum"].split()
    rows = data_sets[design["data"]].drop_nulls([design["group"], *strata])

    def by_group(data):
        return {
            str(key): counts_of_design(
                {"rows": group}, {**design, "data": "rows", "group": "", "weight": ""}
            )
            for (key,), group in data.partition_by(design["group"], as_dict=True).items()
        }

    if strata:
        parts = rows.partition_by(strata, as_dict=True).items()
        result = stratified_log_rank_test({str(key): by_group(data) for key, data in parts})
    else:
        result = log_rank_test(by_group(rows))
    expected = reference("log_rank").row(by_predicate=pl.col("test") == test, named=True)
    assert result.statistic == pytest.approx(expected["statistic"], rel=1e-11)
    assert result.df == expected["df"]


@pytest.mark.parametrize("event", ["event", "competing"])
@pytest.mark.parametrize("variance", ["aalen", "delta", "infinitesimal_jackknife"])
@pytest.mark.parametrize("group", ["mgus2 F", "mgus2 M", "pbc 1", "pbc 2"])
def test_cumulative_incidence(reference, data_sets, group, variance, event):
    data, level = group.split()
    code, column = {"mgus2": ("code", "sex"), "pbc": ("status", "trt")}[data]
    rows = data_sets[data].filter(pl.col(column).cast(pl.String) == level)
    expected = reference("cumulative_incidence").filter(data=data, event=event)
    expected = expected.filter(pl.col("group") == level)
    # all enter at the origin, so the delta method is the infinitesimal jackknife
    named = "aalen" if variance == "aalen" else "infinitesimal_jackknife"
    expected = expected.cast({"time": pl.Float64}).rename({named: "std_error"})
    for transform in TRANSFORMS:
        ours = cumulative_incidence_curve(
            counts_from_times(rows["time"], rows[code]),
            event=event,
            variance=variance,
            conf_level=0.95,
            ci_transform=transform,
        ).filter(pl.col("n_event") + pl.col("n_competing") > 0)
        limits = {} if named == "aalen" else {"ci_lower", "ci_upper"}
        compared = ["time", "estimate", "std_error", *sorted(limits)]
        assert_frame_equal(
            ours.select(compared),
            expected.rename({f"{limit} {transform}": limit for limit in limits}).select(compared),
            abs_tol=1e-12,
            rel_tol=0,
        )


@pytest.mark.parametrize(("data", "landmark"), [("heart", 30), ("heart", 90), ("myeloid", 180)])
def test_landmark_and_moving_groups(reference, subjects_of, data, landmark):
    subjects = subjects_of(data)
    frozen = landmark_subjects(subjects, landmark=landmark)
    curves = {
        ("landmark", group): counts_from_times(rows["time"], rows["event_code"])
        for (group,), rows in frozen.partition_by("has_changed", as_dict=True).items()
    }
    moving = simon_makuch_counts(subjects, landmark=landmark)
    curves |= {("simon_makuch", False): moving["no"], ("simon_makuch", True): moving["yes"]}
    assert len(curves) == 4
    for (way, group), counts in curves.items():
        expected = (
            reference("landmark")
            .filter(data=data, landmark=landmark, way=way, group=int(group))
            .drop("data", "landmark", "way", "group")
            .cast({"time": pl.Float64})
        )
        ours = kaplan_meier_curve(counts, conf_level=0.95, ci_transform="log-log")
        ours = ours.filter(pl.col("n_event") > 0).select(expected.columns)
        assert_frame_equal(ours, expected, abs_tol=1e-12, rel_tol=0)


@pytest.fixture
def subjects_of(data_sets, reference):
    """A row per subject: time, event_code, and the day of transplant."""

    def subjects(data):
        if data == "myeloid":
            return reference("myeloid").select(time="futime", event_code="death", changed="txtime")
        transplanted = pl.col("start").filter(pl.col("transplant") == 1).first()
        return (
            data_sets["heart"]
            .group_by("id", maintain_order=True)
            .agg(
                time=pl.col("stop").last(), event_code=pl.col("event").last(), changed=transplanted
            )
        )

    return subjects


@with_field("cure")
def test_mixture_cure(reference, counts, curve):
    expected = reference("cure").row(by_predicate=pl.col("curve") == curve, named=True)
    ours = mixture_cure(counts, conf_level=0.95)
    for name in ("cure_fraction", "std_error", "scale", "shape"):
        assert getattr(ours, name) == pytest.approx(expected[name], rel=1e-11)
    assert ours.log_likelihood == pytest.approx(expected["log_likelihood"], rel=1e-12)
