"""A small ADaM package, from `plateau init` to curves, with each mistake it may have.

Beside it the same trial is pooled with one of SDTM.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest
from project import Plateau
from test_ordinary_trial import STUDY, written

from analytics.study.adam_datasets import ADAM_DATASETS
from analytics.study.record_rules import RECORD_RULES

# A: event; B: censored; C: CNSR 2, of OS a censoring, of TTI a competing event; D to I: a mistake
ADSL = """\
STUDYID,USUBJID,SUBJID,AGE,AGEU,SEX,TRT01P,TRT01PN,ITTFL,SAFFL,PPROTFL
A1,A1-A,A,61,YEARS,F,Old drug,2,Y,Y,Y
A1,A1-B,B,62,YEARS,M,New drug,1,Y,N,N
A1,A1-C,C,63,YEARS,F,New drug,1,Y,Y,Y
A1,A1-D,D,64,YEARS,M,Old drug,2,Y,Y,N
A1,A1-E,E,65,YEARS,F,Old drug,2,Y,Y,Y
A1,A1-F,F,66,YEARS,M,New drug,1,Y,Y,N
A1,A1-G,G,67,YEARS,F,Old drug,2,N,Y,N
A1,A1-H,H,68,YEARS,F,New drug,1,Y,Y,N
"""
ADTTE = """\
STUDYID,USUBJID,PARAMCD,PARAM,AVAL,AVALU,STARTDT,ADT,CNSR,EVNTDESC,CNSDTDSC,ANL01FL
A1,A1-A,OS,Overall survival,11,DAYS,2020-01-01,2020-01-11,0,Death,,Y
A1,A1-A,OS,Overall survival,8,DAYS,2020-01-01,2020-01-08,0,Death,,
A1,A1-B,OS,Overall survival,366,DAYS,2020-01-01,2020-12-31,1,Alive,Last visit,Y
A1,A1-C,OS,Overall survival,21,DAYS,2020-01-01,2020-01-21,2,Lost,,Y
A1,A1-D,OS,Overall survival,30,DAYS,2020-01-01,2020-01-31,0,Death,,Y
A1,A1-E,OS,Overall survival,-1,DAYS,2020-01-01,2019-12-31,0,Death,,Y
A1,A1-F,OS,Overall survival,41,DAYS,2020-01-01,2020-02-10,1.5,Alive,,Y
A1,A1-G,OS,Overall survival,51,DAYS,2020-01-01,2020-02-20,0,Death,,Y
A1,A1-I,OS,Overall survival,51,DAYS,2020-01-01,2020-02-20,0,Death,,Y
A1,A1-A,PFS,Progression-Free Survival (Months),0.1,,,,0,Progression,,
A1,A1-A,TTI,Time to infection,5,DAYS,2020-01-01,2020-01-05,0,Infection,,
A1,A1-C,TTI,Time to infection,21,DAYS,2020-01-01,2020-01-21,2,Death,,
"""
INTERVALS = """\
STUDYID,USUBJID,PARAMCD,TSTART,TSTOP
A1,A1-A,OS,0,5
A1,A1-A,OS,5,5
"""
FINDINGS = {
    ("adtteint.csv", 3, "impossible_interval", "5"),
    ("adsl.csv", 6, "missing_time", "OS"),  # E: the row is rejected
    ("adsl.csv", 7, "missing_time", "OS"),
    ("adsl.csv", 9, "missing_time", "OS"),  # H has none
    *(("adsl.csv", line, "missing_time", "PFS") for line in (3, 4, 5, 6, 7, 9)),
    *(("adsl.csv", line, "missing_time", "TTI") for line in (3, 5, 6, 7, 9)),
    ("adtte.csv", 3, "not_analysed", None),
    ("adtte.csv", 6, "time_differs", "30 days | 31 by the dates"),
    ("adtte.csv", 7, "impossible_time", "-1"),
    ("adtte.csv", 8, "impossible_censoring", "1.5"),
    ("adtte.csv", 10, "unknown_subject", "A1-I"),
}
TIMES = {
    ("A1-A", "OS"): (11.0, 0, 1, "Death", None),
    ("A1-B", "OS"): (366.0, 1, 0, None, "Last visit"),
    ("A1-C", "OS"): (21.0, 1, 0, None, "Lost"),
    ("A1-D", "OS"): (30.0, 0, 1, "Death", None),
    ("A1-A", "PFS"): (0.1 * 30.4375, 0, 1, "Progression", None),
    ("A1-A", "TTI"): (5.0, 0, 1, "Infection", None),
    ("A1-C", "TTI"): (21.0, 2, 2, "Death", None),
}


def write_package(folder: Path) -> Path:
    folder.mkdir()
    (folder / "adsl.csv").write_text(ADSL, encoding="utf-8")
    (folder / "adtte.csv").write_text(ADTTE, encoding="utf-8")
    (folder / "adtteint.csv").write_text(INTERVALS, encoding="utf-8")
    return folder


def rows(releases: Path, sql: str) -> list[tuple[Any, ...]]:
    (release,) = releases.glob("*/current")
    with duckdb.connect(str(release / "warehouse.duckdb"), read_only=True) as connection:
        return connection.sql(sql).fetchall()


def times(releases: Path) -> Mapping[tuple[str, str], tuple[Any, ...]]:
    return {
        (usubjid, paramcd): tuple(rest)
        for usubjid, paramcd, *rest in rows(
            releases,
            "select usubjid, paramcd, aval, cnsr, event_code, evntdesc, cnsdtdsc "
            "from marts.time_to_event where trial_id = 'A1'",
        )
    }


@pytest.fixture(scope="module")
def releases(plateau: Plateau, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three lines from ADSL and ADTTE to curves, and a fourth for the competing event."""
    work = tmp_path_factory.mktemp("adam")
    package = write_package(work / "package")
    result = plateau("init", work / "study", "--from", package)
    assert result.returncode == 0, result.stderr
    events = work / "study/adam_events.csv"
    text = events.read_text(encoding="utf-8")
    assert "#OS,2,Lost,competing" in text
    assert "#TTI,2,Death,competing" in text
    events.write_text(text.replace("#TTI,2,Death", "TTI,2,Death"), encoding="utf-8")
    plan = work / "study/plan.toml"
    curves, infections = plan.read_text(encoding="utf-8").split('[[analyses]]\nid = "tti"')
    infections = infections.replace("kaplan_meier", "cumulative_incidence")
    per_protocol = (
        '[[analyses]]\nid = "os_pprot"\nlabel = "OS per protocol"\nmethod = "kaplan_meier"\n'
        'endpoint = "OS"\npopulation = "pprot"\n[[analyses]]\nid = "attrition"\n'
        'label = "Attrition"\nmethod = "attrition"\npopulation = "pprot"\n'
    )
    text = f'{curves}[[analyses]]\nid = "tti"{infections}{per_protocol}'
    plan.write_text(text, encoding="utf-8")
    result = plateau("build", work / "study", "--releases", work / "releases", "--threads", "2")
    assert result.returncode == 0, result.stderr
    return work / "releases"


def test_the_time_is_aval_and_the_end_is_cnsr(releases: Path) -> None:
    assert times(releases) == TIMES


def test_each_mistake_is_a_finding_with_its_line(releases: Path) -> None:
    found = rows(
        releases,
        "select regexp_extract(src_file, '[a-z]+.csv$'), line, rule, value "
        "from quality.rejected_record",
    )
    assert set(found) == FINDINGS
    assert len(found) == len(FINDINGS)


def test_flags_are_populations_and_variables_are_factors(releases: Path) -> None:
    members = rows(releases, "select population, usubjid from marts.population_members")
    assert {usubjid for population, usubjid in members if population == "saf"} == {
        f"A1-{subject}" for subject in "ACDEFGH"
    }
    factors = rows(
        releases,
        "select factor, level, value from marts.subject_factors where usubjid = 'A1-B'",
    )
    assert set(factors) >= {("age", None, 62.0), ("sex", "m", None), ("trt01p", "new_drug", None)}


def test_a_population_within_another_is_followed_and_counted_step_by_step(releases: Path) -> None:
    assert rows(
        releases,
        "select step, population, reason, n_in, n_out, n_remaining from results.attrition "
        "order by step",
    ) == [
        (1, "itt", "ITTFL is not Y", 8, 1, 7),
        (2, "pprot", "PPROTFL is not Y", 7, 4, 3),
    ]
    query = "select n, n_event from results.survival_summary where analysis_id = 'os_pprot'"
    assert rows(releases, query) == [(2, 1)]  # the row of E is rejected


def test_every_endpoint_has_a_curve_by_treatment(releases: Path) -> None:
    found = rows(
        releases,
        "select analysis_id, stratum, n from results.survival_summary "
        "where analysis_id = 'os_by_treatment'",
    )
    assert set(found) == {
        ("os_by_treatment", "new_drug", 2),
        ("os_by_treatment", "old_drug", 2),
    }


STOPPING = {
    "repeated_parameter": ("12,DAYS,2020-01-01,2020-01-12", "adtte.csv line 2"),
    "unknown_time_unit": ("11,FORTNIGHTS,2020-01-01,2020-01-11", "adtte.csv line 14"),
}


@pytest.mark.parametrize("rule", STOPPING)
def test_a_time_that_may_be_another_stops_the_build(
    plateau: Plateau, tmp_path: Path, rule: str
) -> None:
    time, where = STOPPING[rule]
    package = write_package(tmp_path / "package")
    subject = "A1-A" if rule == "repeated_parameter" else "A1-H"
    with (package / "adtte.csv").open("a", encoding="utf-8") as file:
        file.write(f"A1,{subject},OS,Overall survival,{time},0,Death,,Y\n")
    assert plateau("init", tmp_path / "study", "--from", package).returncode == 0
    result = plateau("build", tmp_path / "study", "--releases", tmp_path / "releases")
    assert result.returncode == 3
    assert rule in result.stderr
    assert where in result.stderr


def test_every_rule_of_adam_datasets_is_broken_here() -> None:
    broken = {rule for _, _, rule, _ in FINDINGS} | set(STOPPING)
    of_adam = {
        name
        for name, rule in RECORD_RULES.items()
        if set(rule.domains.split()) <= set(ADAM_DATASETS)
    }
    assert of_adam == broken - {"unknown_subject"}


def test_a_trial_of_adam_is_pooled_with_one_of_sdtm(plateau: Plateau, tmp_path: Path) -> None:
    study = written(tmp_path)
    write_package(study / "adam")
    trial = (
        '[[trials]]\ntrial_id = "A1"\nlabel = "Trial 2"\nkind = "adam"\npath = "adam"\n'
        "cutoff = 2020-12-31\n\n[parameters]"
    )
    text = STUDY["study.toml"].replace("[parameters]", trial)
    (study / "study.toml").write_text(text, encoding="utf-8")
    names = "".join(
        f"factor,{name},{variable},\n"
        for name, variable in (
            ("arm", "TRT01P"),
            ("heart", "SEX"),
            ("weight", "AGE"),
            ("pulse", "SUBJID"),
            ("lvef", "AGEU"),
            ("transplant", "TRT01PN"),
        )
    )
    flags = "population,all,ITTFL,\npopulation,randomised,SAFFL,\n"
    (study / "adam_names.csv").write_text(
        "kind,name,variable,label\n" + names + flags, encoding="utf-8"
    )
    (study / "adam_events.csv").write_text(
        "paramcd,cnsr,evntdesc,role\nTTI,2,death,competing\n", encoding="utf-8"
    )
    result = plateau("build", study, "--releases", tmp_path / "releases", "--threads", "2")
    assert result.returncode == 0, result.stderr
    assert times(tmp_path / "releases") == TIMES
    trials = rows(tmp_path / "releases", "select count(distinct trial_id) from marts.time_to_event")
    assert trials == [(2,)]
