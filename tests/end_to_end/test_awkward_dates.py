"""Dates that leave something open, and the order in which things may then have happened.

Each subject of one small study has dates that a careless rule would contradict: the build's own
checks then refuse what `plateau check` lets pass.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from project import Plateau

STUDY = {
    "study.toml": """\
study_id = "awkward"
title = "Awkward dates"
synthetic = true
synthetic_note = "No patient exists."
analysis_set = "all"

[[trials]]
trial_id = "T1"
label = "Trial 1"
path = "sdtm"
cutoff = 2020-12-31

[parameters]
contact_domains = ["SV", "RS", "QS", "LB", "GF", "PR", "SS"]
""",
    "terms.csv": """\
trial_id,domain,testcd,wording,category,value,note
,RS,OVRLRESP,CR,response,CR,
,LB,MRD,,mrd,quantified,
,PR,,ALLO,transplant,allogeneic,
,EX,,C1,cycle,1,
,EX,,C2,cycle,2,
,EX,,C3,cycle,3,
,SS,SURVSTAT,ALIVE,status,alive,
""",
    "facts.csv": """\
fact,label,domain,date,take,value,known_by,description
late_event,Event after treatment,AE,AESTDTC,first,,,
recovery,End of the event,AE,AEENDTC,first,,,
randomisation,Randomisation,DS,DSSTDTC,first,,first_dose,
""",
    "fact_conditions.csv": """\
trial_id,fact,condition_order,kind,name,operator,value
,late_event,1,fact,last_dose,after,
,recovery,1,variable,AEDECOD,=,SEPSIS
,randomisation,1,variable,DSDECOD,=,RANDOMIZED
""",
    "factors.csv": """\
factor,label,timing,type,derivation,domain,testcd,category,specimen,evaluator,unit,add,no_record,fact,assessed_fact,display_order,description
sex,Sex,baseline,categorical,variable,DM,SEX,,,,,,,,,1,
weight,Weight,baseline,continuous,last_value,VS,WEIGHT,,,,kg,,,,,2,
randomised,Randomised,baseline,categorical,fact,,,,,,,,,randomisation,,3,
""",
    "factor_levels.csv": """\
factor,level,label,display_order,wording,lower,lower_inclusive,upper,upper_inclusive
sex,female,Female,1,F,,,,
randomised,yes,Yes,1,,,,,
randomised,no,No,2,,,,,
""",
    "populations.csv": """\
population,label,display_order,condition_order,kind,name,operator,value,reason
all,All treated,1,1,fact,first_dose,exists,,
responders,Responders,2,1,population,all,,,
responders,,,2,fact,first_remission,exists,,
prior,Transplanted before,3,1,population,all,,,
prior,,,2,fact,prior_hsct,exists,,
""",
    "endpoints.csv": """\
paramcd,param,population,origin_fact,display_order,note
OS,Overall survival,all,first_dose,1,
TTL,Time to an event after treatment,all,first_dose,2,
TTREC,Time to recovery,all,first_dose,3,
TTR,Time to relapse,responders,first_remission,4,
OSPRIOR,Survival after the prior transplant,prior,prior_hsct,5,
""",
    "endpoint_rules.csv": """\
paramcd,rule_id,role,fact,priority,description,when_parameter,when_value
OS,death,event,death,1,Death,,
OS,alive,censor,last_known_alive,1,Alive,,
TTL,event,event,late_event,1,Event,,
TTL,alive,censor,last_known_alive,1,Alive,,
TTREC,recovery,event,recovery,1,Recovery,,
TTREC,alive,censor,last_known_alive,1,Alive,,
TTR,relapse,event,relapse,1,Relapse,,
TTR,death,censor,death,1,Death,,
TTR,alive,censor,last_known_alive,2,Alive,,
OSPRIOR,death,event,death,1,Death,,
OSPRIOR,alive,censor,last_known_alive,1,Alive,,
""",
    "plan.toml": """\
[[analyses]]
id = "os"
label = "OS"
method = "kaplan_meier"
endpoint = "OS"
population = "all"

[[analyses]]
id = "os_prior"
label = "OS after the prior transplant"
method = "kaplan_meier"
endpoint = "OSPRIOR"
population = "prior"
entry_facts = ["first_dose"]
""",
}
DATASETS = {
    "dm": """\
USUBJID,DTHFL,DTHDTC,AGE,SEX
MRD_OF_THE_MONTH,,,50,F
TRANSPLANT_OF_THE_YEAR,,,50,F
CYCLE_LEFT_OUT,,,50,F
CYCLE_OF_THE_MONTH,,,50,F
EVENT_OF_THE_MONTH,Y,2014-02-10,50,F
CENSORED_AT_DEATH,Y,2014-06-10,50,F
DEATH_OF_THE_YEAR,Y,2015,50,F
TRANSPLANTED_BEFORE,,,50,F
""",
    "ex": """\
USUBJID,EXSEQ,EXTRT,EXDOSE,VISIT,EXSTDTC
MRD_OF_THE_MONTH,1,DRUG,9,C1,2014-01-10
TRANSPLANT_OF_THE_YEAR,1,DRUG,9,C1,2014-03-05
CYCLE_LEFT_OUT,1,DRUG,9,C1,2014-01-10
CYCLE_LEFT_OUT,2,DRUG,9,C3,2014-03-10
CYCLE_OF_THE_MONTH,1,DRUG,9,C1,2014-01-10
CYCLE_OF_THE_MONTH,2,DRUG,9,C2,2014-01
EVENT_OF_THE_MONTH,1,DRUG,9,C1,2014-02-10
CENSORED_AT_DEATH,1,DRUG,9,C1,2014-01-10
DEATH_OF_THE_YEAR,1,DRUG,9,C1,2015-03-05
TRANSPLANTED_BEFORE,1,DRUG,9,C1,2014-01-10
""",
    "rs": """\
USUBJID,RSSEQ,RSTESTCD,RSSTRESC,RSDTC
TRANSPLANT_OF_THE_YEAR,1,OVRLRESP,CR,2014
CENSORED_AT_DEATH,1,OVRLRESP,CR,2014-02-07
""",
    "lb": """\
USUBJID,LBSEQ,LBTESTCD,LBSTRESC,LBSTRESN,LBSTRESU,LBLLOD,LBDTC
MRD_OF_THE_MONTH,1,MRD,0.00002,0.00002,fraction of 1,0.00001,2014-01
CYCLE_LEFT_OUT,1,MRD,0.00002,0.00002,fraction of 1,0.00001,2014-03-20
""",
    "pr": """\
USUBJID,PRSEQ,PRTRT,VISITNUM,PRSTDTC
TRANSPLANT_OF_THE_YEAR,1,ALLO,9,2014
TRANSPLANTED_BEFORE,1,ALLO,1,2013-05-01
""",
    "sv": """\
USUBJID,VISITNUM,SVSTDTC
TRANSPLANT_OF_THE_YEAR,9,2014-09-01
""",
    "ss": """\
USUBJID,SSSEQ,SSTESTCD,SSSTRESC,SSDTC
TRANSPLANTED_BEFORE,1,SURVSTAT,ALIVE,2014-05-01
""",
    "ds": """\
USUBJID,DSSEQ,DSDECOD,DSSTDTC
CYCLE_LEFT_OUT,1,RANDOMIZED,2014-01-10
""",
    "ae": """\
USUBJID,AESEQ,AEDECOD,AESTDTC,AEENDTC
EVENT_OF_THE_MONTH,1,COUGH,2014-02,
CYCLE_OF_THE_MONTH,1,SEPSIS,2014-01-20,2014-02-03
""",
    # two weighings of one day whose records have no number
    "vs": """\
USUBJID,VSTESTCD,VSSTRESC,VSSTRESN,VSSTRESU,VSDTC
CYCLE_LEFT_OUT,WEIGHT,70,70,kg,2014-01-04
CYCLE_LEFT_OUT,WEIGHT,70,70,kg,2014-01-05
""",
}
SLIPS = {
    "dose of another century": ("ex", "C1,2014-03-05", "C1,1914-03-05", "implausible_date"),
    "two cycles on one day": ("ex", "C3,2014-03-10", "C3,2014-01-10", "cycle_out_of_order"),
    "dose without a visit": ("ex", "C2,2014-01\n", ",2014-01\n", "unknown_cycle"),
    "randomisation after the dose": ("ds", "2014-01-10", "2014-01-11", "after_known_by"),
}


def write(folder: Path, changes: Iterable[tuple[str, str, str]] = ()) -> Path:
    """The study in a folder; a change is a dataset, a text of it and another text."""
    (folder / "sdtm").mkdir(parents=True)
    for name, text in STUDY.items():
        (folder / name).write_text(text, encoding="utf-8")
    for name, text in DATASETS.items():
        changed = text
        for _, old, new in (change for change in changes if change[0] == name):
            assert old in changed
            changed = changed.replace(old, new)
        header, *lines = changed.splitlines()
        records = [f"STUDYID,DOMAIN,{header}", *(f"T1,{name.upper()},{line}" for line in lines)]
        (folder / f"sdtm/{name}.csv").write_text("\n".join(records) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def warehouse(plateau: Plateau, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("awkward")
    study = write(folder / "study")
    checked = plateau("check", study)
    assert checked.returncode == 0, checked.stdout
    result = plateau("build", study, "--releases", folder / "releases", "--threads", "2")
    assert result.returncode == 0, result.stderr
    return folder / "releases/awkward/current/warehouse.duckdb"


def rows(warehouse: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute(query).fetchall()


def ended(warehouse: Path, paramcd: str, usubjid: str) -> tuple[Any, ...]:
    (found,) = rows(
        warehouse,
        "select cast(startdt as varchar), cast(adt as varchar), event_code "
        f"from marts.time_to_event where paramcd = '{paramcd}' and usubjid = '{usubjid}'",
    )
    return found


def test_a_result_of_the_month_of_the_first_dose_is_of_that_day_at_the_earliest(
    warehouse: Path,
) -> None:
    query = "select is_responder, cast(first_response_date as varchar) from marts.mrd_status "
    assert rows(warehouse, f"{query} where usubjid = 'MRD_OF_THE_MONTH'") == [(True, "2014-01-10")]


def test_a_transplant_of_the_year_comes_after_the_dose_and_the_remission(warehouse: Path) -> None:
    query = "select cast(adt as varchar), remission_state from marts.hsct_timing"
    assert rows(warehouse, query) == [("2014-03-06", "in_continuous_remission")]


def test_a_cycle_may_be_left_out(warehouse: Path) -> None:
    """The third cycle is the second that was started."""
    query = (
        "select first_response_cycle, cycles_started from marts.mrd_status "
        "join marts.subjects using (usubjid) where usubjid = 'CYCLE_LEFT_OUT'"
    )
    assert rows(warehouse, query) == [(3, 2)]


def test_a_cycle_of_the_month_begins_after_the_one_before(warehouse: Path) -> None:
    query = (
        "select cycle, cast(cycle_start as varchar) from intermediate.int_treatment_cycles "
        "where usubjid = 'CYCLE_OF_THE_MONTH' order by cycle"
    )
    assert rows(warehouse, query) == [(1, "2014-01-10"), (2, "2014-01-11")]


def test_nothing_happens_after_the_death_because_its_day_is_open(warehouse: Path) -> None:
    """An event of the month in which the patient was dosed last and died on that day."""
    assert ended(warehouse, "TTL", "EVENT_OF_THE_MONTH") == ("2014-02-10", "2014-02-10", 0)


def test_a_death_may_censor(warehouse: Path) -> None:
    assert ended(warehouse, "TTR", "CENSORED_AT_DEATH") == ("2014-02-07", "2014-06-10", 0)


def test_who_is_dosed_is_alive_wherever_contacts_come_from(warehouse: Path) -> None:
    assert ended(warehouse, "OS", "DEATH_OF_THE_YEAR") == ("2015-03-05", "2015-03-05", 1)


def test_a_clock_may_start_before_the_first_dose(warehouse: Path) -> None:
    """The patients are under observation from the first dose on."""
    assert ended(warehouse, "OSPRIOR", "TRANSPLANTED_BEFORE") == ("2013-05-01", "2014-05-01", 0)
    query = (
        "select entry_day from intermediate.int_analysis_subjects where analysis_id = 'os_prior'"
    )
    assert rows(warehouse, query) == [(254.0,)]


def test_the_end_of_an_event_leads_to_its_file(warehouse: Path) -> None:
    assert ended(warehouse, "TTREC", "CYCLE_OF_THE_MONTH") == ("2014-01-10", "2014-02-03", 1)
    query = "select src_file, line from marts.source_dates where srcvar = 'AEENDTC'"
    assert rows(warehouse, query) == [("sdtm/ae.csv", 3)]


def test_a_condition_without_a_reason_gives_one(warehouse: Path) -> None:
    query = "select distinct reason from marts.population_conditions where population = 'prior'"
    assert {reason for (reason,) in rows(warehouse, query)} == {None, "Not met: prior_hsct exists"}


def test_slips_are_found_before_a_build(plateau: Plateau, tmp_path: Path) -> None:
    slips = [(dataset, old, new) for dataset, old, new, _ in SLIPS.values()]
    result = plateau("check", write(tmp_path / "study", slips))
    for *_, rule in SLIPS.values():
        consequence = "" if rule == "implausible_date" else "stops the build)"
        assert f"\n  {rule} (1; {consequence}" in result.stdout
    assert result.returncode == 3


def test_an_implausible_date_stops_no_build(plateau: Plateau, tmp_path: Path) -> None:
    *slip, rule = SLIPS["dose of another century"]
    result = plateau("check", write(tmp_path / "study", [tuple(slip)]))
    assert f"\n  {rule} (1; " in result.stdout
    assert result.returncode == 0


def test_a_study_of_nobody_is_found_before_a_build(plateau: Plateau, tmp_path: Path) -> None:
    """All its doses are dated after the cut-off."""
    study = write(tmp_path / "study")
    text = (study / "study.toml").read_text().replace("2020-12-31", "2013-12-31")
    (study / "study.toml").write_text(text, encoding="utf-8")
    result = plateau("check", study)
    assert "No subject is in the analysis set 'all', so the study cannot be built" in result.stdout
    assert result.returncode == 3
