"""The synthetic SDTM files say what the cohort says, when read by the plan's rules.

The derivation below is written anew from the rules, on the CSV files alone; it shares no line
with the generator.
"""

import csv
import subprocess
import sys
from datetime import date
from pathlib import Path

import polars as pl
import pytest

ROOT = Path(__file__).parents[2]
STUDY = ROOT / "studies" / "blinatumomab"
COHORTS = ROOT / "synthesis" / "blinatumomab"
CUTOFFS = {"MT103-206": date(2015, 6, 30), "MT103-211": date(2017, 2, 28)}
CLOSE_DAYS = 56
MRD_THRESHOLD = 1e-4
DATE_VARIABLES = {
    "EX": "EXSTDTC", "RS": "RSDTC", "QS": "QSDTC", "LB": "LBDTC", "GF": "GFDTC", "PR": "PRSTDTC",
    "SS": "SSDTC", "SV": "SVSTDTC", "DS": "DSSTDTC", "DD": "DDDTC", "MH": "MHSTDTC",
    "CM": "CMSTDTC",
}  # fmt: skip


def run_generator(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "synthesis.blinatumomab", *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def first_possible_day(text: pl.Expr) -> pl.Expr:
    day = text.str.slice(0, 10)
    padded = (
        pl.when(day.str.len_chars() == 4)
        .then(day + "-01-01")
        .when(day.str.len_chars() == 7)
        .then(day + "-01")
        .otherwise(day)
    )
    return padded.str.to_date("%Y-%m-%d", strict=False)


class Files:
    """The SDTM files of both trials, each domain one frame of the records that count."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.terms = pl.read_csv(STUDY / "terms.csv", infer_schema=False)
        dm = self.all("DM")
        self.first_dose = (
            self.all("EX")
            .with_columns(day=first_possible_day(pl.col("EXSTDTC")))
            .group_by("USUBJID")
            .agg(first_dose=pl.col("day").min())
        )
        self.subjects = dm.select("STUDYID", "USUBJID").join(self.first_dose, on="USUBJID")

    def all(self, domain: str) -> pl.DataFrame:
        paths = sorted(self.folder.glob(f"*/{domain.lower()}.csv"))
        frames = [pl.read_csv(path, infer_schema=False) for path in paths]
        return pl.concat(frames, how="diagonal").unique(maintain_order=True)

    def records(self, domain: str) -> pl.DataFrame:
        """Records of known subjects with a date, done, once, and before the cut-off."""
        frame = self.all(domain).join(self.subjects.drop("STUDYID"), on="USUBJID")
        if f"{domain}STAT" in frame.columns:
            frame = frame.filter(pl.col(f"{domain}STAT").is_null())
        cutoff = pl.col("STUDYID").replace_strict(CUTOFFS, return_dtype=pl.Date)
        frame = frame.with_columns(date=first_possible_day(pl.col(DATE_VARIABLES[domain])))
        return frame.filter(pl.col("date") <= cutoff).with_columns(
            day=(pl.col("date") - pl.col("first_dose")).dt.total_days()
        )

    def standing(self, domain: str, *keys: str) -> pl.DataFrame:
        """Of the records of one test and date the flagged one stands, else the latest."""
        frame = self.records(domain).with_columns(seq=pl.col(f"{domain}SEQ").cast(pl.Int64))
        flagged = pl.col("RSACPTFL").eq("Y").fill_null(False) if domain == "RS" else pl.lit(False)
        by = ["USUBJID", f"{domain}TESTCD", f"{domain}DTC", *keys]
        ranked = frame.with_columns(flagged=flagged).sort("flagged", "seq")
        return ranked.group_by(by, maintain_order=True).last().sort("USUBJID", "day", "seq")

    def meaning(self, frame: pl.DataFrame, domain: str, category: str) -> pl.DataFrame:
        """Adds `value`: what the record's wording means in a category; drops the others."""
        variable = {
            "RS": "RSSTRESC", "LB": "LBSTRESC", "PR": "PRTRT", "SS": "SSSTRESC",
            "SV": "SVCNTMOD", "EX": "VISIT", "DS": "DSDECOD",
        }[domain]  # fmt: skip
        text = pl.col(variable)
        if f"{domain}ORRES" in frame.columns:
            text = pl.coalesce(variable, f"{domain}ORRES")
        wording = text.str.strip_chars().str.replace_all(r"\s+", " ").str.to_uppercase()
        terms = self.terms.filter(domain=domain, category=category)
        shared = terms.filter(pl.col("trial_id").is_null()).drop("trial_id")
        trials = pl.DataFrame({"trial_id": list(CUTOFFS)})
        everywhere = shared.join(trials, how="cross").select(terms.columns)
        terms = pl.concat([terms.drop_nulls("trial_id"), everywhere])
        return frame.with_columns(wording=wording).join(
            terms.select("trial_id", "wording", "value"),
            left_on=["STUDYID", "wording"],
            right_on=["trial_id", "wording"],
        )


def by_subject(frame: pl.DataFrame, name: str, how: str = "min") -> pl.DataFrame:
    day = pl.col("day").min() if how == "min" else pl.col("day").max()
    return frame.group_by("USUBJID").agg(day.alias(name))


def deaths(files: Files) -> pl.DataFrame:
    """The earliest dated report of a death, and whether its date is whole."""
    dm = files.all("DM").filter(pl.col("DTHDTC").is_not_null())
    reports = [
        dm.select("STUDYID", "USUBJID", text="DTHDTC"),
        files.all("DD").select("STUDYID", "USUBJID", text="DDDTC"),
        files.all("DS").filter(DSDECOD="DEATH").select("STUDYID", "USUBJID", text="DSSTDTC"),
        files.meaning(files.all("SS"), "SS", "status")
        .filter(value="dead")
        .select("STUDYID", "USUBJID", text="SSDTC"),
    ]
    cutoff = pl.col("STUDYID").replace_strict(CUTOFFS, return_dtype=pl.Date)
    frame = pl.concat(reports).with_columns(date=first_possible_day(pl.col("text")))
    frame = frame.filter(pl.col("date") <= cutoff).join(files.first_dose, on="USUBJID")
    frame = frame.with_columns(
        day=(pl.col("date") - pl.col("first_dose")).dt.total_days(),
        whole=pl.col("text").str.len_chars() >= 10,
    )
    return frame.group_by("USUBJID").agg(
        death=pl.col("day").min(), whole=pl.col("whole").all(), n_dates=pl.col("text").n_unique()
    )


def signs_of_life(files: Files) -> pl.DataFrame:
    frames = [files.records(domain) for domain in ("RS", "QS", "LB", "GF", "PR", "EX")]
    ends = files.records("EX").with_columns(
        day=(first_possible_day(pl.col("EXENDTC")) - pl.col("first_dose")).dt.total_days()
    )
    visits = files.meaning(files.records("SV"), "SV", "contact_mode").filter(value="visit")
    contacts = files.meaning(files.records("SS"), "SS", "status").filter(value="alive")
    return pl.concat([f.select("USUBJID", "day") for f in (*frames, ends, visits, contacts)])


def survival(files: Files) -> pl.DataFrame:
    """One row per subject: survival_days, died."""
    known = deaths(files)
    signs = signs_of_life(files).join(known, on="USUBJID", how="left")
    possible = signs.filter(
        pl.col("death").is_null() | ~pl.col("whole") | (pl.col("day") <= pl.col("death"))
    )
    alive = by_subject(possible, "alive", "max")
    return (
        files.subjects.join(alive, on="USUBJID", how="left")
        .join(known, on="USUBJID", how="left")
        .with_columns(
            death=pl.when("whole").then("death").otherwise(pl.max_horizontal("death", "alive"))
        )
        .with_columns(died=pl.col("whole").is_not_null())
        .with_columns(survival_days=pl.when("died").then("death").otherwise("alive"))
        .select("USUBJID", "survival_days", "died")
    )


def cycles(files: Files) -> pl.DataFrame:
    doses = files.meaning(files.records("EX"), "EX", "cycle")
    starts = doses.group_by("USUBJID", cycle=pl.col("value").cast(pl.Int64)).agg(
        start=pl.col("day").min()
    )
    following = starts.select("USUBJID", cycle=pl.col("cycle") - 1, next_start="start")
    return starts.join(following, on=["USUBJID", "cycle"], how="left").with_columns(
        end=pl.coalesce(pl.col("next_start") - 1, pl.col("start") + CLOSE_DAYS)
    )


def in_cycle(frame: pl.DataFrame, cycle_days: pl.DataFrame) -> pl.DataFrame:
    joined = frame.join(cycle_days, on="USUBJID")
    return joined.filter(pl.col("day").is_between("start", "end"))


def remissions(files: Files) -> pl.DataFrame:
    """Best response and first remission of two cycles, and how the remission ended."""
    rs = files.standing("RS").filter(RSTESTCD="OVRLRESP")
    window = in_cycle(
        files.meaning(rs, "RS", "response"), cycles(files).filter(pl.col("cycle") < 3)
    )
    order = {"CR": 0, "CRh": 1, "hypocellular": 2}
    rank = pl.col("value").replace_strict(order, default=9, return_dtype=pl.Int64)
    best = window.sort(rank).group_by("USUBJID", maintain_order=True).first()
    first = by_subject(window.filter(pl.col("value").is_in(["CR", "CRh"])), "remission_day")
    relapses = files.meaning(rs, "RS", "relapse").join(first, on="USUBJID")
    relapse = by_subject(relapses.filter(pl.col("day") >= pl.col("remission_day")), "relapse_day")
    visits = files.meaning(files.records("SV"), "SV", "contact_mode").filter(value="visit")
    return (
        files.subjects.select("USUBJID")
        .join(best.select("USUBJID", best_response="value"), on="USUBJID", how="left")
        .join(first, on="USUBJID", how="left")
        .join(relapse, on="USUBJID", how="left")
        .join(by_subject(visits, "last_visit", "max"), on="USUBJID", how="left")
        .join(survival(files), on="USUBJID")
        .with_columns(remission_end_day=remission_end_day())
        .with_columns(
            remission_duration_days=pl.col("remission_end_day") - pl.col("remission_day"),
            remission_end=pl.when(pl.col("remission_day").is_null())
            .then(None)
            .when(pl.col("relapse_day").is_not_null())
            .then(pl.lit("relapse"))
            .when("died")
            .then(pl.lit("death"))
            .otherwise(pl.lit("followed")),
        )
    )


def remission_end_day() -> pl.Expr:
    death = pl.when("died").then("survival_days")
    return pl.coalesce("relapse_day", death, "last_visit")


def transplants(files: Files) -> pl.DataFrame:
    done = files.meaning(files.records("PR"), "PR", "transplant")
    after = done.filter(pl.col("value") == "allogeneic", pl.col("day") > 0)
    state = remissions(files).select("USUBJID", "remission_day", "relapse_day")
    prior = by_subject(done.filter(pl.col("day") < 0), "prior_transplant_day")
    return (
        state.join(by_subject(after, "transplant_day"), on="USUBJID", how="left")
        .join(prior, on="USUBJID", how="left")
        .with_columns(
            transplant=pl.when(pl.col("transplant_day").is_null())
            .then(pl.lit("none"))
            .when(pl.col("remission_day").is_null())
            .then(pl.lit("without_remission"))
            .when(pl.col("relapse_day") <= pl.col("transplant_day"))
            .then(pl.lit("after_relapse"))
            .otherwise(pl.lit("in_remission"))
        )
    )


def mrd(files: Files) -> pl.DataFrame:
    samples = files.standing("LB", "LBSPEC").filter(pl.col("LBTESTCD").is_in(["MRD", "MRDPCR"]))
    number = pl.col("LBSTRESN").cast(pl.Float64)
    quantified = samples.filter(pl.col("LBSTRESN").is_not_null()).with_columns(
        decides=pl.lit(True), responds=number < MRD_THRESHOLD
    )
    words = files.meaning(samples.filter(pl.col("LBSTRESN").is_null()), "LB", "mrd")
    limit = pl.when(value="undetected").then("LBLLOD").otherwise("LBLLOQ").cast(pl.Float64)
    sharp = (pl.col("value") != "not_evaluable") & (limit <= MRD_THRESHOLD)
    words = words.with_columns(decides=sharp.fill_null(False), responds=sharp.fill_null(False))
    columns = ["USUBJID", "day", "decides", "responds"]
    results = pl.concat([quantified.select(columns), words.select(columns)])
    transplant = transplants(files).select("USUBJID", "transplant_day")
    on_treatment = in_cycle(
        results.filter(pl.col("decides"), pl.col("day") > 0), cycles(files)
    ).join(transplant, on="USUBJID")
    on_treatment = on_treatment.filter(
        pl.col("transplant_day").is_null() | (pl.col("day") <= pl.col("transplant_day"))
    )
    response = on_treatment.filter("responds").sort("day").group_by("USUBJID").first()
    return (
        files.subjects.select("USUBJID")
        .join(by_subject(on_treatment, "mrd_first_result_day"), on="USUBJID", how="left")
        .join(
            response.select("USUBJID", mrd_response_day="day", mrd_response_cycle="cycle"),
            on="USUBJID",
            how="left",
        )
    )


def baseline(files: Files) -> pl.DataFrame:
    """The factors of the cohort as the records before treatment give them."""
    marrow = files.standing("LB", "LBSPEC", "LBNAM").filter(
        pl.col("day") <= 0,
        LBTESTCD="BLAST",
        LBSPEC="BONE MARROW",
        LBNAM="CENTRAL LABORATORY",
    )
    ecog = pl.concat(
        [
            files.standing("RS").filter(RSCAT="ECOG").select("USUBJID", "day", v="RSSTRESC"),
            files.standing("QS").filter(QSCAT="ECOG").select("USUBJID", "day", v="QSSTRESC"),
        ]
    ).filter(pl.col("day") <= 0)
    history = files.records("MH").filter(pl.col("day") <= 0, MHCAT="DISEASE HISTORY")
    lines = files.records("CM").filter(pl.col("day") <= 0, CMSCAT="SALVAGE")
    found = files.records("GF").filter(pl.col("day") <= 0, GFSTRESC="DETECTED")
    count = pl.col("MHGRPID").n_unique()
    parts = [
        last_value(marrow.select("USUBJID", "day", v="LBSTRESN"), "central_marrow_blasts"),
        last_value(ecog, "ecog"),
        history.filter(MHDECOD="RELAPSE").group_by("USUBJID").agg(relapses=count),
        history.filter(MHDECOD="PRIMARY REFRACTORY DISEASE").select("USUBJID", refractory=True),
        lines.group_by("USUBJID").agg(salvages=pl.col("CMGRPID").n_unique()),
        found.filter(GFTESTCD="T411").select("USUBJID", t411=True).unique(),
        found.filter(GFTESTCD="BCRABL1").select("USUBJID", ph_positive=True).unique(),
    ]
    frame = files.all("DM").select("USUBJID", "AGE", "SEX", "RACE")
    for part in parts:
        frame = frame.join(part, on="USUBJID", how="left")
    assert frame.height == 261
    return frame.join(transplants(files), on="USUBJID")


def last_value(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    last = frame.sort("day", maintain_order=True).group_by("USUBJID", maintain_order=True).last()
    return last.select("USUBJID", pl.col("v").cast(pl.Float64).cast(pl.Int64).alias(name))


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sdtm")
    done = run_generator("--out", str(folder))
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def files(generated: Path) -> Files:
    return Files(generated)


@pytest.fixture(scope="module")
def cohort() -> pl.DataFrame:
    main = pl.read_csv(COHORTS / "cohort.csv", infer_schema_length=None)
    others = pl.read_csv(COHORTS / "ph_positive.csv", schema=main.schema)
    frame = pl.concat([main, others]).rename({"patient": "USUBJID"})
    yes_or_no = [c for c in frame.columns if set(frame[c].unique()) <= {"yes", "no"}]
    return frame.with_columns(pl.col(yes_or_no) == "yes").sort("USUBJID")


def assert_same(cohort: pl.DataFrame, derived: pl.DataFrame, *columns: str) -> None:
    both = cohort.join(derived, on="USUBJID", how="full", coalesce=True, suffix="_derived")
    assert both.height == 261
    for column in columns:
        differs = both.filter(~pl.col(column).eq_missing(pl.col(f"{column}_derived")))
        assert differs.select("USUBJID", column, f"{column}_derived").rows() == []


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.glob("*/*.csv"))
    }


def test_two_runs_write_the_same_bytes_and_nothing_stale_stays(
    generated: Path, tmp_path: Path
) -> None:
    stale = tmp_path / "MT103-206" / "suppae.csv"
    stale.parent.mkdir()
    stale.touch()
    assert run_generator("--out", str(tmp_path)).returncode == 0
    assert bytes_of(tmp_path) == bytes_of(generated)
    assert len(bytes_of(generated)) > 20


def test_the_committed_files_are_those_that_the_generator_writes(generated: Path) -> None:
    assert bytes_of(STUDY / "sdtm") == bytes_of(generated)


def test_another_seed_tells_the_same_cohort_in_other_records(
    generated: Path, tmp_path: Path, cohort: pl.DataFrame
) -> None:
    assert run_generator("--out", str(tmp_path), "--seed", "7").returncode == 0
    assert bytes_of(tmp_path) != bytes_of(generated)
    other = Files(tmp_path)
    assert_same(cohort, survival(other), "survival_days", "died")
    assert_same(cohort, remissions(other), "remission_day", "remission_duration_days")
    assert_same(cohort, mrd(other), "mrd_response_day", "mrd_response_cycle")


def test_survival_is_the_cohorts_day_for_day(files: Files, cohort: pl.DataFrame) -> None:
    assert_same(cohort, survival(files), "survival_days", "died")


def test_remission_and_its_end_are_the_cohorts_day_for_day(
    files: Files, cohort: pl.DataFrame
) -> None:
    derived = remissions(files).with_columns(
        best_response=pl.when(pl.col("best_response").is_in(["CR", "CRh", "hypocellular"]))
        .then("best_response")
        .otherwise(pl.lit("none"))
    )
    assert_same(
        cohort, derived,
        "best_response", "remission_day", "remission_duration_days", "remission_end",
    )  # fmt: skip


def test_transplants_are_the_cohorts_day_for_day(files: Files, cohort: pl.DataFrame) -> None:
    derived = transplants(files).with_columns(
        prior_transplant=pl.col("prior_transplant_day").is_not_null()
    )
    assert_same(cohort, derived, "transplant", "transplant_day", "prior_transplant")


def test_mrd_results_are_the_cohorts_day_for_day(files: Files, cohort: pl.DataFrame) -> None:
    assert_same(
        cohort, mrd(files), "mrd_first_result_day", "mrd_response_day", "mrd_response_cycle"
    )


def test_baseline_factors_are_the_cohorts(files: Files, cohort: pl.DataFrame) -> None:
    races = {"AMERICAN INDIAN OR ALASKA NATIVE", "ASIAN", "BLACK OR AFRICAN AMERICAN"}
    races |= {"NATIVE HAWAIIAN OR OTHER PACIFIC ISLANDER", "OTHER", "WHITE"}
    race = pl.col("RACE").str.to_lowercase().str.replace_all(" ", "_")
    derived = baseline(files).with_columns(
        age=pl.col("AGE").cast(pl.Int64),
        sex=pl.col("SEX").replace_strict({"M": "male", "F": "female"}),
        race=pl.when(pl.col("RACE").is_in(list(races))).then(race).otherwise(pl.lit("unknown")),
        prior_relapses=pl.col("relapses").fill_null(0).cast(pl.Int64).clip(0, 2),
        primary_refractory=pl.col("refractory").fill_null(False),
        first_salvage=pl.col("salvages").is_null(),
        t411=pl.col("t411").fill_null(False),
    )
    assert_same(
        cohort, derived,
        "age", "sex", "race", "prior_relapses", "primary_refractory", "first_salvage",
        "central_marrow_blasts", "t411", "ecog",
    )  # fmt: skip


def test_261_patients_are_treated_and_two_of_them_are_ph_positive(files: Files) -> None:
    per_trial = dict(files.subjects.group_by("STUDYID").len().rows())
    assert per_trial == {"MT103-206": 36, "MT103-211": 225}
    positive = baseline(files).filter("ph_positive")["USUBJID"].sort().to_list()
    assert positive == ["SYN-211-087", "SYN-211-163"]


def test_responses_by_trial_are_those_reported(files: Files) -> None:
    analysed = baseline(files).filter(pl.col("ph_positive").is_null()).select("USUBJID")
    best = remissions(files).join(analysed, on="USUBJID").join(files.subjects, on="USUBJID")
    counts = best.group_by("STUDYID", "best_response").len().rows()
    reported = {
        ("MT103-206", "CR"): 15, ("MT103-206", "CRh"): 10, ("MT103-206", "hypocellular"): 2,
        ("MT103-211", "CR"): 72, ("MT103-211", "CRh"): 26, ("MT103-211", "hypocellular"): 1,
    }  # fmt: skip
    assert {(t, r): n for t, r, n in counts if (t, r) in reported} == reported


def test_long_term_survivors_and_their_outcomes_are_those_of_the_second_table(
    files: Files,
) -> None:
    analysed = baseline(files).filter(pl.col("ph_positive").is_null())
    frame = analysed.select("USUBJID", "transplant").join(remissions(files), on="USUBJID")
    frame = frame.join(mrd(files), on="USUBJID")
    survivors = frame.filter(pl.col("survival_days") > 35 * 30.4375)
    assert (frame.height, survivors.height) == (259, 43)
    for group, expected in ((frame, (107, 97, 80, 56, 29)), (survivors, (35, 32, 24, 21, 27))):
        counts = (
            group["mrd_response_day"].count(),
            group.filter(pl.col("mrd_response_cycle") == 1).height,
            group.filter(pl.col("transplant") != "none").height,
            group.filter(transplant="in_remission").height,
            group.filter(remission_end="followed").height,
        )
        assert counts == expected


def test_treatment_stops_before_relapse_transplant_and_death(files: Files) -> None:
    ends = files.records("EX").with_columns(
        day=(first_possible_day(pl.col("EXENDTC")) - pl.col("first_dose")).dt.total_days()
    )
    frame = by_subject(ends, "last_dose", "max").join(transplants(files), on="USUBJID")
    frame = frame.join(survival(files), on="USUBJID")
    for column in ("relapse_day", "transplant_day", "survival_days"):
        assert frame.filter(pl.col("last_dose") >= pl.col(column)).height == 0


def test_doses_of_a_patient_never_overlap_and_start_with_the_reference_date(files: Files) -> None:
    doses = files.records("EX").sort("USUBJID", "EXSTDTC")
    before = pl.col("EXENDTC").shift().over("USUBJID")
    assert doses.filter(pl.col("EXENDTC") < pl.col("EXSTDTC")).is_empty()
    assert doses.filter(pl.col("EXSTDTC") < before).is_empty()
    # Two doses may share a day only where hours say that one followed the other.
    assert doses.filter(
        pl.col("EXSTDTC") == before, pl.col("EXSTDTC").str.len_chars() == 10
    ).is_empty()
    reference = files.all("DM").join(files.first_dose, on="USUBJID")
    assert reference.filter(
        pl.col("RFSTDTC") != pl.col("first_dose").dt.to_string("%Y-%m-%d")
    ).is_empty()


def test_history_lies_before_treatment_and_begins_with_the_diagnosis(files: Files) -> None:
    history = files.records("MH").filter(MHCAT="DISEASE HISTORY")
    assert history.filter(pl.col("day") >= 0).is_empty()
    diagnosis = by_subject(history.filter(pl.col("MHDECOD").str.starts_with("B-CELL")), "first")
    earliest = by_subject(history.filter(~pl.col("MHDECOD").str.starts_with("B-CELL")), "next")
    both = diagnosis.join(earliest, on="USUBJID")
    assert diagnosis.height == 261
    assert both.filter(pl.col("first") > pl.col("next") + 364).is_empty()


def test_every_wording_has_its_term_and_every_term_is_about_a_known_domain(files: Files) -> None:
    for domain, category in (("SS", "status"), ("SV", "contact_mode"), ("EX", "cycle")):
        frame = files.records(domain)
        assert files.meaning(frame, domain, category).height == frame.height
    rs = files.standing("RS").filter(RSTESTCD="OVRLRESP")
    known = [files.meaning(rs, "RS", category).height for category in ("response", "relapse")]
    assert sum(known) == rs.height
    domains = {"RS", "LB", "PR", "SS", "DS", "SV", "EX", "DD", "SUPP"}
    assert set(files.terms["domain"]) == domains


@pytest.mark.parametrize(
    "mess",
    [
        "exact duplicates",
        "superseded readings",
        "records not done",
        "partial dates",
        "records after the cut-off",
        "deaths after the cut-off",
        "records after death",
        "deaths known only from contacts",
        "phone contacts",
        "strangers",
        "remission first seen after two cycles",
    ],
)
def test_the_files_hold_the_mess_of_real_ones(files: Files, mess: str) -> None:
    assert count_of(mess, files) > 0


def count_of(mess: str, files: Files) -> int:  # noqa: PLR0911
    """How often a kind of mess is met."""
    rs, ss = files.all("RS"), files.all("SS")
    if mess == "exact duplicates":
        paths = files.folder.glob("*/lb.csv")
        raw = pl.concat([pl.read_csv(path, infer_schema=False) for path in paths])
        return raw.height - raw.unique().height
    if mess == "superseded readings":
        return files.records("RS").height - files.standing("RS").height
    if mess == "records not done":
        return rs.filter(RSSTAT="NOT DONE").height
    if mess == "partial dates":
        return files.all("DM").filter(pl.col("DTHDTC").str.len_chars() < 10).height
    if mess == "records after the cut-off":
        return ss.height - files.records("SS").height
    if mess == "deaths after the cut-off":
        reported = files.all("DM").filter(pl.col("DTHDTC").is_not_null())
        return reported.join(deaths(files), on="USUBJID", how="anti").height
    if mess == "records after death":
        known = deaths(files).filter("whole")
        late = signs_of_life(files).join(known, on="USUBJID")
        return late.filter(pl.col("day") > pl.col("death")).height
    if mess == "deaths known only from contacts":
        known_to_dm = files.all("DM").filter(pl.col("DTHDTC").is_not_null())
        return deaths(files).join(known_to_dm, on="USUBJID", how="anti").height
    if mess == "phone contacts":
        visits = files.records("SV")
        return files.meaning(visits, "SV", "contact_mode").filter(value="phone").height
    if mess == "strangers":
        return rs.join(files.subjects, on="USUBJID", how="anti").height
    late = files.meaning(files.standing("RS"), "RS", "response").filter(value="CR")
    never = remissions(files).filter(pl.col("remission_day").is_null())
    return late.join(never, on="USUBJID").height


def test_an_impossible_patient_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with (COHORTS / "cohort.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    row = next(r for r in rows if r["remission_end"] == "relapse")
    row["survival_days"] = "20"
    path = tmp_path / "cohort.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(row), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    done = run_generator("--out", str(tmp_path / "sdtm"), "--cohort", str(path))
    assert done.returncode == 1
    assert done.stderr == (
        f"Patient {row['patient']} is impossible: relapse is not in the lifetime; see cohort.csv.\n"
    )
    assert not (tmp_path / "sdtm").exists()


def test_two_patients_of_one_identifier_are_refused(tmp_path: Path) -> None:
    text = (COHORTS / "cohort.csv").read_text(encoding="utf-8")
    with (COHORTS / "ph_positive.csv").open(encoding="utf-8", newline="") as file:
        excluded = next(csv.DictReader(file))["patient"]
    analysed = text.splitlines()[-1].split(",")[0]
    path = tmp_path / "cohort.csv"
    path.write_text(text.replace(f"{analysed},", f"{excluded},"), encoding="utf-8")
    done = run_generator("--out", str(tmp_path / "sdtm"), "--cohort", str(path))
    assert done.returncode == 1
    assert done.stderr == (
        f"Patient {excluded} is there twice; see cohort.csv and ph_positive.csv.\n"
    )


def test_a_cohort_that_misses_a_published_count_is_refused(tmp_path: Path) -> None:
    text = (COHORTS / "cohort.csv").read_text(encoding="utf-8")
    path = tmp_path / "cohort.csv"
    path.write_text(text.replace(",female,", ",male,", 1), encoding="utf-8")
    done = run_generator("--out", str(tmp_path / "sdtm"), "--cohort", str(path))
    assert done.returncode == 1
    assert done.stderr == "The cohort has 161 for sex male, not 160; see targets.csv.\n"
