"""The committed SDTM files are believable as data: what a suspicious data manager would check.

Read from the CSV files alone; the facts come from the derivation of test_synthesis. Chi-square
statistics are held against the value that chance passes once in a thousand data sets.
"""

from collections.abc import Sequence
from datetime import date

import polars as pl
import pytest
from scipy.stats import chi2
from test_synthesis import (
    CUTOFFS,
    STUDY,
    Files,
    baseline,
    first_possible_day,
    remissions,
    survival,
    transplants,
)

CHANCE = 0.001
DAYS_PER_MONTH = 30.4375
# First doses. MT103-206: the registry's enrolment, 6 October 2010 to 19 June 2012, and the two
# weeks between enrolment and treatment. MT103-211: the dates of synthesis/README.md.
ENROLMENT = {
    "MT103-206": (date(2010, 10, 6), date(2012, 7, 3)),
    "MT103-211": (date(2012, 1, 9), date(2013, 11, 29)),
}
IN_PERSON = {"RS": "RSDTC", "LB": "LBDTC", "SV": "SVSTDTC"}
HOLIDAYS = ((1, 1), (12, 25))
# 95% intervals of the medians (months) that the primary publication of each trial reports.
PUBLISHED_MEDIANS = {
    ("MT103-206", "OS"): (9, 15),
    ("MT103-206", "RFS"): (5, 10),
    ("MT103-211", "OS"): (4.2, 7.5),
    ("MT103-211", "RFS"): (4.8, 8.3),
}


@pytest.fixture(scope="module")
def files() -> Files:
    return Files(STUDY / "sdtm")


@pytest.fixture(scope="module")
def courses(files: Files) -> pl.DataFrame:
    """One row per analysed patient: trial, remission and its end, transplant, survival."""
    analysed = baseline(files).filter(pl.col("ph_positive").is_null()).select("USUBJID")
    frame = files.subjects.join(analysed, on="USUBJID").join(remissions(files), on="USUBJID")
    done = transplants(files).select("USUBJID", "transplant", "transplant_day")
    return frame.join(done, on="USUBJID")


def distance(observed: Sequence[int], expected: Sequence[float]) -> float:
    """Pearson's chi-square of counts against weights that are scaled to their total."""
    scale = sum(observed) / sum(expected)
    return sum((o - scale * e) ** 2 / (scale * e) for o, e in zip(observed, expected, strict=True))


def greatest_by_chance(counts: Sequence[int]) -> float:
    return float(chi2.isf(CHANCE, len(counts) - 1))


def counts_of(values: pl.Series, categories: Sequence[int]) -> list[int]:
    return [int((values == category).sum()) for category in categories]


def whole_dates(files: Files, domain: str, variable: str) -> pl.DataFrame:
    """Each day of each patient once, where the date is whole."""
    frame = files.records(domain).filter(pl.col(variable).str.len_chars() >= 10)
    return frame.unique(["USUBJID", "date"], maintain_order=True)


def share_of_weekends(dates: pl.Series) -> float:
    return float((dates.dt.weekday() > 5).mean())  # type: ignore[arg-type]


def planned_dates(files: Files) -> dict[str, pl.Series]:
    """Dates by appointment, by what the appointment was for."""
    visits = whole_dates(files, "SV", "SVSTDTC")
    rs = whole_dates(files, "RS", "RSDTC").filter(RSTESTCD="OVRLRESP")
    pr = whole_dates(files, "PR", "PRSTDTC").filter(PRCAT="TRANSPLANT")
    lb = files.records("LB").filter(LBCAT="MINIMAL RESIDUAL DISEASE").unique(["USUBJID", "date"])
    return {
        "marrow": files.meaning(rs, "RS", "response")["date"],
        "MRD": lb["date"],
        "transplant": pr["date"],
        "visit": visits["date"],
        "survival contact": files.meaning(files.records("SS"), "SS", "status")
        .filter(value="alive")["date"],
    }  # fmt: skip


def test_no_patient_is_there_twice(files: Files) -> None:
    dm = files.all("DM")
    assert dm.height == dm["USUBJID"].n_unique() == dm["SUBJID"].n_unique()
    assert dm.select("BRTHDTC", "SEX", "RFSTDTC", "SITEID").is_duplicated().sum() == 0
    visits = whole_dates(files, "SV", "SVSTDTC").sort("USUBJID", "day")
    seen = visits.group_by("USUBJID").agg(days=pl.col("day"))
    often = seen.filter(pl.col("days").list.len() >= 8)
    assert often.height > 150
    assert often["days"].cast(pl.List(pl.String)).list.join(",").is_duplicated().sum() == 0


def test_no_two_patients_share_their_blood_counts(files: Files) -> None:
    counts = files.records("LB").filter(LBSPEC="BLOOD").sort("USUBJID", "day", "LBTESTCD")
    told = counts.group_by("USUBJID").agg(text=pl.col("LBORRES").str.join(" "))
    assert told.height > 255
    assert told["text"].is_duplicated().sum() == 0


def test_first_doses_lie_in_the_enrolment_of_their_trial(files: Files) -> None:
    for trial, (first, last) in ENROLMENT.items():
        doses = files.subjects.filter(STUDYID=trial)["first_dose"]
        assert doses.is_between(first, last).all()
        assert doses.n_unique() > 0.5 * len(doses)


def test_patients_are_seen_only_between_screening_and_the_cut_off(files: Files) -> None:
    """Beside the planted relapse of the year before, and what SS and DS heard later."""
    for domain, variable in IN_PERSON.items():
        known = files.all(domain).join(files.subjects.drop("STUDYID"), on="USUBJID")
        dates = first_possible_day(pl.col(variable))
        cutoff = pl.col("STUDYID").replace_strict(CUTOFFS, return_dtype=pl.Date)
        days = known.select(
            day=(dates - pl.col("first_dose")).dt.total_days(), late=dates > cutoff
        ).drop_nulls()
        assert days["late"].sum() == 0
        early = days.filter(pl.col("day") < -28).height
        assert early <= (2 if domain == "RS" else 0)


def test_age_is_that_of_the_published_range(files: Files, courses: pl.DataFrame) -> None:
    dm = files.all("DM").join(courses, on="USUBJID")
    age = dm["AGE"].cast(pl.Int64)
    assert (age.min(), age.median(), age.max()) == (18, 38, 79)
    years = dm.select(
        pl.col("RFSTDTC").str.slice(0, 4).cast(pl.Int64)
        - pl.col("BRTHDTC").cast(pl.Int64)
        - pl.col("AGE").cast(pl.Int64)
    ).to_series()
    assert set(years.unique()) == {0, 1}


def test_treatment_starts_on_working_days(files: Files) -> None:
    starts = files.records("EX").filter(pl.col("VISIT").str.contains("(DAY 1|D1)$"))
    first = files.subjects["first_dose"]
    assert counts_of(first.dt.weekday(), (6, 7)) == [0, 0]
    assert all(n > 0 for n in counts_of(first.dt.weekday(), range(1, 6)))
    assert (first.dt.weekday() <= 3).mean() > 0.6  # type: ignore[operator]
    assert share_of_weekends(starts["date"]) <= 0.01
    days = {(day.month, day.day) for day in starts["date"]}
    assert days.isdisjoint(HOLIDAYS)


@pytest.mark.parametrize(
    ("kind", "bound"),
    [
        ("marrow", 0.06), ("MRD", 0.06), ("transplant", 0.06), ("visit", 0.03),
        ("survival contact", 0.04),
    ],
)  # fmt: skip
def test_what_is_done_by_appointment_is_seldom_done_at_weekends(
    files: Files, kind: str, bound: float
) -> None:
    assert share_of_weekends(planned_dates(files)[kind]) <= bound


def test_no_working_day_draws_the_dates_of_the_weekends(files: Files) -> None:
    """Weekends that were all moved to Fridays and Mondays would show in the free dates."""
    visits = whole_dates(files, "SV", "SVSTDTC")
    screening = visits.filter(VISIT="SCREENING")["date"]
    by_telephone = visits.filter(pl.col("VISIT").str.starts_with("SURVIVAL"))["date"]
    for dates in (screening, by_telephone):
        counts = counts_of(dates.dt.weekday(), range(1, 6))
        assert distance(counts, [1.0] * 5) < greatest_by_chance(counts)


def test_deaths_and_relapses_choose_any_day_of_the_week(
    files: Files, courses: pl.DataFrame
) -> None:
    for day in (
        pl.when("died").then("survival_days"),
        pl.when(pl.col("remission_end") == "relapse").then("remission_end_day"),
    ):
        happened = courses.select(pl.col("first_dose") + pl.duration(days=day)).to_series()
        counts = counts_of(happened.drop_nulls().dt.weekday(), range(1, 8))
        assert distance(counts, [1.0] * 7) < greatest_by_chance(counts)


def digits_of_days(dates: pl.Series, *, working_days: bool) -> float:
    """Chi-square of the last digit of the day of the month, against the calendar's own digits."""
    calendar = pl.select(day=pl.date_range(dates.min(), dates.max()))["day"]  # type: ignore[arg-type]
    if working_days:
        calendar = calendar.filter(calendar.dt.weekday() <= 5)
    expected = counts_of(calendar.dt.day() % 10, range(10))
    return distance(counts_of(dates.dt.day() % 10, range(10)), expected)


@pytest.mark.parametrize(
    ("domain", "variable"),
    [("SV", "SVSTDTC"), ("RS", "RSDTC"), ("PR", "PRSTDTC"), ("MH", "MHSTDTC"), ("CM", "CMSTDTC")],
)
def test_days_of_the_month_end_in_every_digit(files: Files, domain: str, variable: str) -> None:
    dates = whole_dates(files, domain, variable)["date"]
    assert len(dates) > 300
    assert digits_of_days(dates, working_days=True) < greatest_by_chance(range(10))


def test_first_doses_and_deaths_end_in_every_digit(files: Files) -> None:
    first = files.subjects["first_dose"]
    dm = files.all("DM").filter(pl.col("DTHDTC").str.len_chars() == 10)
    deaths = dm["DTHDTC"].str.to_date()
    assert digits_of_days(first, working_days=True) < greatest_by_chance(range(10))
    assert digits_of_days(deaths, working_days=False) < greatest_by_chance(range(10))


def test_ages_end_in_every_digit(files: Files) -> None:
    age = files.all("DM")["AGE"].cast(pl.Int64)
    calendar = [n % 10 for n in range(18, 80)]
    expected = [calendar.count(digit) for digit in range(10)]
    counts = counts_of(age % 10, range(10))
    assert distance(counts, expected) < greatest_by_chance(counts)


@pytest.mark.parametrize(
    ("test", "precision", "commonest"),
    [
        ("WBC", r"^\d+\.\d\d$", 0.01),
        ("NEUT", r"^\d+\.\d\d$", 0.02),
        ("PLAT", r"^\d+$", 0.03),
        ("HGB", r"^\d+\.\d$", 0.04),
    ],
)
def test_blood_counts_are_printed_as_a_laboratory_would_and_none_is_a_favourite(
    files: Files, test: str, precision: str, commonest: float
) -> None:
    values = files.records("LB").filter(LBTESTCD=test)["LBORRES"]
    assert len(values) > 2000
    assert values.str.contains(precision).all()
    assert values.unique_counts().max() < commonest * len(values)  # type: ignore[operator]
    counts = counts_of(values.str.slice(-1).cast(pl.Int64), range(10))
    assert distance(counts, [1.0] * 10) < greatest_by_chance(counts)


def test_marrow_readings_after_the_first_dose_end_in_every_digit(files: Files) -> None:
    """From 30 per cent: smaller readings have the narrow ranges of remission and response."""
    readings = files.records("LB").filter(pl.col("day") > 0, LBTESTCD="BLAST")
    blasts = readings.select(percent=pl.col("LBORRES").cast(pl.Int64))
    assert blasts["percent"].is_between(0, 100).all()
    counts = counts_of(blasts.filter(pl.col("percent") >= 30)["percent"] % 10, range(10))
    assert distance(counts, [1.0] * 10) < greatest_by_chance(counts)


def test_marrow_readings_before_the_first_dose_have_no_favourite(files: Files) -> None:
    readings = files.records("LB").filter(pl.col("day") <= 0, LBTESTCD="BLAST")["LBORRES"]
    assert len(readings) > 250
    assert readings.unique_counts().max() < 0.08 * len(readings)  # type: ignore[operator]


def test_levels_of_residual_disease_have_two_significant_digits_and_no_favourite(
    files: Files,
) -> None:
    samples = files.records("LB").filter(LBCAT="MINIMAL RESIDUAL DISEASE")
    levels = samples["LBSTRESN"].drop_nulls()
    at_threshold = levels == "0.0001"  # to one digit; not below the threshold
    assert 0 < at_threshold.sum() < 0.04 * len(levels)
    others = levels.filter(~at_threshold)
    assert others.str.contains(r"^0\.0*[1-9]\d$").all()
    assert others.unique_counts().max() < 0.03 * len(others)  # type: ignore[operator]


def test_infusions_start_and_stop_at_no_favourite_time(files: Files) -> None:
    doses = files.records("EX").filter(STUDYID="MT103-211")
    times = pl.concat([doses["EXSTDTC"], doses["EXENDTC"]]).str.slice(10)
    assert times.str.contains(r"^T\d\d:\d[05]$").all()
    assert times.unique_counts().max() < 0.04 * len(times)  # type: ignore[operator]


def test_blood_counts_agree_with_the_remission_of_the_day(files: Files) -> None:
    """CR: platelets above 100 and neutrophils above 1.0; CRh: above half of each, not both."""
    blood = files.records("LB").filter(LBSPEC="BLOOD").unique(["USUBJID", "LBDTC", "LBTESTCD"])
    counts = blood.pivot(
        "LBTESTCD", index=["USUBJID", "LBDTC"], values="LBSTRESN", aggregate_function="first"
    ).with_columns(pl.col("WBC", "NEUT", "PLAT").cast(pl.Float64))
    assert counts.filter(pl.col("NEUT") > pl.col("WBC")).is_empty()
    responses = files.meaning(files.standing("RS"), "RS", "response")
    judged = responses.join(counts, left_on=["USUBJID", "RSDTC"], right_on=["USUBJID", "LBDTC"])
    full = (pl.col("PLAT") > 100) & (pl.col("NEUT") > 1)
    half = (pl.col("PLAT") > 50) & (pl.col("NEUT") > 0.5)
    complete, partial = judged.filter(value="CR"), judged.filter(value="CRh")
    assert min(complete.height, partial.height) > 50
    assert complete.filter(~full).is_empty()
    assert partial.filter(~half | full).is_empty()
    assert judged.filter(half, value="hypocellular").is_empty()


def test_marrows_without_residual_disease_are_free_of_blasts(files: Files) -> None:
    blasts = files.records("LB").filter(LBTESTCD="BLAST")
    clear = files.meaning(files.standing("LB"), "LB", "mrd").filter(value="undetected")
    same_day = blasts.join(clear.select("USUBJID", "LBDTC"), on=["USUBJID", "LBDTC"])
    assert same_day.height > 200
    assert same_day["LBSTRESN"].cast(pl.Float64).max() <= 5  # type: ignore[operator]


def test_doses_are_those_of_the_dose_cohort(files: Files) -> None:
    doses = files.records("EX").join(files.all("DM").select("USUBJID", "ARMCD"), on="USUBJID")
    doses = doses.sort("USUBJID", "EXSTDTC").with_columns(
        first_cycle=pl.col("VISIT").str.contains("^(CYCLE 1 |C1D|C1 )")
    )
    steps = {
        "BLIN15": (["15"], ["15"]),
        "BLIN5-15": (["5", "15"], ["15"]),
        "BLIN5-15-30": (["5", "15", "30"], ["30"]),
        "BLIN9-28": (["9", "28"], ["28"]),
    }
    assert set(doses["ARMCD"].unique()) == set(steps)
    for arm, (first, later) in steps.items():
        arm_doses = doses.filter(ARMCD=arm)
        sequences = (
            arm_doses.filter("first_cycle")
            .group_by("USUBJID")
            .agg(pl.col("EXDOSE").unique(maintain_order=True))["EXDOSE"]
        )
        assert all(sequence.to_list() == first[: len(sequence)] for sequence in sequences)
        assert arm_doses.filter(~pl.col("first_cycle"))["EXDOSE"].unique().to_list() == later
    second_steps = doses.filter(pl.col("VISIT").str.contains("DAY 8|D8"))
    third_steps = doses.filter(pl.col("VISIT").str.contains("DAY 15|D15"))
    assert (second_steps["day"] == 7).all()
    assert (third_steps["day"] == 14).all()


def test_dose_cohorts_of_the_first_trial_enrol_one_after_another(files: Files) -> None:
    frame = files.all("DM").filter(STUDYID="MT103-206").sort("RFSTDTC")
    changes = frame["ARMCD"].rle().struct.field("value").to_list()
    assert changes == ["BLIN15", "BLIN5-15", "BLIN5-15-30", "BLIN5-15"]


def test_an_infusion_lasts_four_weeks_and_two_weeks_are_free(files: Files) -> None:
    doses = files.meaning(files.records("EX"), "EX", "cycle").with_columns(
        end=(first_possible_day(pl.col("EXENDTC")) - pl.col("first_dose")).dt.total_days(),
        hours=pl.col("EXENDTC").str.len_chars() > 10,
    )
    cycles = doses.group_by("STUDYID", "USUBJID", cycle=pl.col("value").cast(pl.Int64)).agg(
        start=pl.col("day").min(), end=pl.col("end").max(), hours=pl.col("hours").any()
    )
    # A day that is only named is lived through; an hour of the 29th day ends four weeks.
    length = pl.col("end") - pl.col("start") + pl.when("hours").then(0).otherwise(1)
    following = cycles.select("USUBJID", cycle=pl.col("cycle") - 1, next="start")
    cycles = cycles.with_columns(days=length).join(following, on=["USUBJID", "cycle"], how="left")
    assert cycles["days"].max() == 28
    continued = cycles.drop_nulls("next")
    assert (continued["days"] == 28).mean() > 0.7  # type: ignore[operator]
    assert (continued["next"] - continued["start"]).min() == 42
    assert (continued["next"] - continued["start"]).median() <= 49  # type: ignore[operator]


def test_visits_come_in_the_order_of_their_numbers_and_records_on_the_day_of_their_visit(
    files: Files,
) -> None:
    visits = files.records("SV").with_columns(number=pl.col("VISITNUM").cast(pl.Float64))
    planted = pl.col("VISIT") == "UNSCHEDULED 90"  # after death
    in_order = visits.filter(~planted, pl.col("number") < 1000).sort("USUBJID", "day")
    falls = pl.col("number") <= pl.col("number").shift().over("USUBJID")
    assert in_order.filter(falls).is_empty()
    assert visits.select("USUBJID", "VISIT").is_duplicated().sum() == 0
    for domain, variable in (("RS", "RSDTC"), ("LB", "LBDTC"), ("GF", "GFDTC")):
        records = whole_dates(files, domain, variable).drop_nulls("VISITNUM")
        both = records.join(visits, on=["USUBJID", "VISITNUM"], how="left", suffix="_visit")
        assert both.filter(~pl.col("date").eq_missing(pl.col("date_visit"))).is_empty()


def test_prior_lines_end_before_what_follows_them(files: Files) -> None:
    lines = files.records("CM").filter(CMCAT="PRIOR ANTI-LEUKEMIC THERAPY")
    ends = lines.with_columns(end=first_possible_day(pl.col("CMENDTC")))
    assert ends["end"].null_count() == 0
    assert ends.filter(pl.col("end") < pl.col("date")).is_empty()
    assert ends.filter(pl.col("end") >= pl.col("first_dose")).is_empty()
    whole = ends.filter(pl.col("CMENDTC").str.len_chars() == 10)
    diagnosis = files.records("MH").filter(pl.col("MHDECOD").str.starts_with("B-CELL"))
    frontline = whole.filter(CMSCAT="FRONTLINE").join(
        diagnosis.filter(pl.col("MHSTDTC").str.len_chars() == 10).select("USUBJID", told="date"),
        on="USUBJID",
    )
    assert frontline.height > 100
    assert frontline.filter(pl.col("date") <= pl.col("told")).is_empty()


def test_transplant_complications_kill_only_the_transplanted(files: Files) -> None:
    causes = files.all("DD").filter(
        pl.col("DDSTRESC").is_in(["GRAFT VERSUS HOST DISEASE", "VENOOCCLUSIVE LIVER DISEASE"])
    )
    after = files.records("PR").filter(pl.col("day") > 0, PRCAT="TRANSPLANT")
    assert causes.height > 0
    assert causes.join(after, on="USUBJID", how="anti").is_empty()


def test_transplants_keep_their_distance(files: Files, courses: pl.DataFrame) -> None:
    """From remission to transplant; and from an earlier transplant to treatment.

    Three months had to pass since an allogeneic transplant, six weeks since an autologous one.
    """
    in_remission = courses.filter(transplant="in_remission")
    delay = in_remission["transplant_day"] - in_remission["remission_day"]
    assert delay.min() >= 20  # type: ignore[operator]
    assert delay.median() < 190  # type: ignore[operator]
    prior = files.meaning(files.records("PR"), "PR", "transplant").filter(
        pl.col("day") < 0, pl.col("PRSTDTC").str.len_chars() == 10
    )
    assert prior.height > 30
    assert prior["day"].max() <= -90  # type: ignore[operator]


def median_survival(days: pl.Series, is_event: pl.Series) -> float:
    """The Kaplan-Meier median in months: the first time at which survival is below one half."""
    at_risk = pl.col("days").count() - pl.col("days").rank("min") + 1
    curve = (
        pl.DataFrame({"days": days, "is_event": is_event})
        .with_columns(at_risk=at_risk)
        .group_by("days", "at_risk")
        .agg(n_event=pl.col("is_event").sum())
        .sort("days")
        .with_columns(survival=(1 - pl.col("n_event") / pl.col("at_risk")).cum_prod())
    )
    return float(curve.filter(pl.col("survival") < 0.5)["days"][0]) / DAYS_PER_MONTH


@pytest.mark.parametrize(("trial", "endpoint"), list(PUBLISHED_MEDIANS))
def test_the_medians_of_each_trial_lie_in_the_intervals_of_its_primary_publication(
    courses: pl.DataFrame, trial: str, endpoint: str
) -> None:
    patients = courses.filter(STUDYID=trial)
    if endpoint == "OS":
        median = median_survival(patients["survival_days"], patients["died"])
    else:
        responders = patients.drop_nulls("remission_day")
        is_event = responders["remission_end"] != "followed"
        median = median_survival(responders["remission_duration_days"], is_event)
    lowest, highest = PUBLISHED_MEDIANS[trial, endpoint]
    assert lowest <= median <= highest


def test_everybody_alive_at_the_last_contact_can_be_followed_to_it(
    files: Files, courses: pl.DataFrame
) -> None:
    alive = survival(files).filter(~pl.col("died")).join(files.subjects, on="USUBJID")
    cutoff = pl.col("STUDYID").replace_strict(CUTOFFS, return_dtype=pl.Date)
    last = pl.col("first_dose") + pl.duration(days="survival_days")
    assert alive.filter(last > cutoff).is_empty()
    assert courses["survival_days"].max() / DAYS_PER_MONTH < 61  # type: ignore[operator]
