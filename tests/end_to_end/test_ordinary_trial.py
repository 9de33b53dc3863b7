"""An ordinary trial as sponsors send it builds, and each of its subjects counts as SDTM says.

One study holds a subject for each kind of record that is easily misread: a placebo arm, a blinded
dose, a prephase, a screen failure, a second evaluator, an item that did not occur, remission at
entry, an interval date, an adverse event as an endpoint.
"""

from pathlib import Path
from typing import Any

import duckdb
import pytest
from project import Plateau

TRIAL = "T1"
STUDY = {
    "study.toml": """\
study_id = "ordinary"
title = "An ordinary trial"
synthetic = true
synthetic_note = "No patient exists."
analysis_set = "all"

[[trials]]
trial_id = "T1"
label = "Trial 1"
path = "package.d"
cutoff = 2020-12-31

[parameters]
remission_window_cycles = ""
""",
    "terms.csv": """\
trial_id,domain,testcd,wording,category,value,note
,RS,OVRLRESP,CR,response,CR,
,RS,OVRLRESP,PR,response,PR,
,RS,OVRLRESP,PD,response,progression,
,RS,OVRLRESP,RELAPSE,relapse,unspecified,
,SS,SURVSTAT,ALIVE,status,alive,
,DS,,DEATH,disposition,death,
""",
    "facts.csv": """\
fact,label,domain,date,take,value,known_by,description
randomisation,Randomisation,DS,DSSTDTC,first,,first_dose,
progression,Progression,RS,RSDTC,first,,,
infection,First serious infection,AE,AESTDTC,first,,,
""",
    "fact_conditions.csv": """\
trial_id,fact,condition_order,kind,name,operator,value
,randomisation,1,variable,DSDECOD,=,RANDOMIZED
,progression,1,term,response,=,progression
,progression,2,fact,randomisation,after,
,infection,1,variable,AEBODSYS,matches,infections*
,infection,2,variable,AESER,=,Y
,infection,3,variable,AEREL,!=,NOT RELATED
,infection,4,fact,first_dose,on or after,
,dose,1,variable,EXTRT,in,STUDY DRUG | PLACEBO
,response,1,variable,RSEVAL,=,INVESTIGATOR
,lvef,1,variable,CVMETHOD,=,ECHOCARDIOGRAPHY
""",
    "factors.csv": """\
factor,label,timing,type,derivation,domain,testcd,category,specimen,evaluator,unit,add,no_record,fact,assessed_fact,display_order,description
arm,Actual arm,baseline,categorical,variable,DM,ACTARM,,,,,,,,,1,
heart,Prior heart disease,baseline,categorical,any_record,MH,HEART DISEASE,,,,,,,,,2,
weight,Weight,baseline,continuous,last_value,VS,WEIGHT,,,,kg,,,,,3,
pulse,Pulse,baseline,continuous,last_value,VS,PULSE,,,,BEATS/MIN,,,,,4,
lvef,Ejection fraction,baseline,continuous,last_value,CV,LVEF,,,,%,,,,,5,
transplant,Transplant before the first dose,baseline,categorical,fact,,,,,,,,,prior_hsct,,6,
""",
    "factor_levels.csv": """\
factor,level,label,display_order,wording,lower,lower_inclusive,upper,upper_inclusive
arm,drug,Drug,1,DRUG,,,,
arm,placebo,Placebo,2,PLACEBO,,,,
heart,yes,Yes,1,,,,,
heart,no,No,2,,,,,
transplant,yes,Yes,1,,,,,
transplant,no,No,2,,,,,
""",
    "populations.csv": """\
population,label,display_order,condition_order,kind,name,operator,value,reason
all,All treated,1,1,fact,first_dose,exists,,Not treated
randomised,Randomised,2,1,fact,randomisation,exists,,Not randomised
""",
    "endpoints.csv": """\
paramcd,param,population,origin_fact,display_order,note
OS,Overall survival,all,first_dose,1,
OSR,Overall survival from randomisation,randomised,randomisation,2,
PFS,Progression-free survival,randomised,randomisation,3,
EFS,Event-free survival,all,first_dose,4,
TTI,Time to infection,all,first_dose,5,
""",
    "endpoint_rules.csv": """\
paramcd,rule_id,role,fact,priority,description,when_parameter,when_value
OS,death,event,death,1,Death,,
OS,alive,censor,last_known_alive,1,Alive,,
OSR,death,event,death,1,Death,,
OSR,alive,censor,last_known_alive,1,Alive,,
PFS,progression,event,progression,1,Progression,,
PFS,death,event,death,2,Death,,
PFS,alive,censor,last_known_alive,1,Alive,,
EFS,relapse,event,relapse,1,Relapse,,
EFS,death,event,death,2,Death,,
EFS,alive,censor,last_known_alive,1,Alive,,
TTI,infection,event,infection,1,Infection,,
TTI,death,competing,death,2,Death,,
TTI,alive,censor,last_known_alive,1,Alive,,
""",
    "plan.toml": "\n".join(
        f'[[analyses]]\nid = "{name.lower()}"\nlabel = "{name}"\nmethod = "kaplan_meier"\n'
        f'endpoint = "{name}"\npopulation = "{population}"\n'
        for name, population in (
            ("OS", "all"),
            ("OSR", "randomised"),
            ("PFS", "randomised"),
            ("EFS", "all"),
        )
    ),
}
DATASETS = {
    "dm": """\
STUDYID,DOMAIN,USUBJID,RFSTDTC,RFXSTDTC,DTHFL,DTHDTC,AGE,SEX,ACTARM
T1,DM,PLACEBO,,,Y,2015-03-01,50,F,PLACEBO
T1,DM,BLINDED,,2015-01-05,,,50,F,DRUG
T1,DM,PREPHASE,,2014-12-28,,,50,F,DRUG
T1,DM,SCREENED,,,,,50,F,
T1,DM,UNTREATED,2015-01-03,,Y,2015-02-01,50,F,
T1,DM,MAINTENANCE,,,,,50,F,DRUG
T1,DM,READ_TWICE,,,,,50,F,DRUG
T1,DM,INTERVAL,,,Y,2015-05-01/2015-05-20,50,F,DRUG
""",
    "ex": """\
STUDYID,DOMAIN,USUBJID,EXSEQ,EXTRT,EXDOSE,EXDOSTXT,EXSTDTC,EXENDTC
T1,EX,PLACEBO,1,PLACEBO,0,,2015-01-05,
T1,EX,BLINDED,1,STUDY DRUG,,BLINDED,2015-01-05,
T1,EX,PREPHASE,1,DEXAMETHASONE,10,,2014-12-28,
T1,EX,PREPHASE,2,STUDY DRUG,9,,2015-01-02,
T1,EX,MAINTENANCE,1,STUDY DRUG,9,,2015-01-05,
T1,EX,READ_TWICE,1,STUDY DRUG,9,,2015-01-05T10:00,
T1,EX,INTERVAL,1,STUDY DRUG,9,,2015-01-05,
""",
    "ds": "STUDYID,DOMAIN,USUBJID,DSSEQ,DSTERM,DSDECOD,DSSTDTC\n"
    + "".join(
        f"T1,DS,{subject},1,Randomized,RANDOMIZED,2015-01-01\n"
        for subject in ("PLACEBO", "BLINDED", "PREPHASE", "UNTREATED", "READ_TWICE", "INTERVAL")
    ),
    "rs": """\
STUDYID,DOMAIN,USUBJID,RSSEQ,RSTESTCD,RSSTRESC,RSEVAL,RSACPTFL,RSDTC
T1,RS,MAINTENANCE,1,OVRLRESP,CR,INVESTIGATOR,,2014-12-20
T1,RS,MAINTENANCE,2,OVRLRESP,RELAPSE,INVESTIGATOR,,2015-06-01
T1,RS,READ_TWICE,1,OVRLRESP,PD,INVESTIGATOR,,2015-04-01
T1,RS,READ_TWICE,2,OVRLRESP,PR,INDEPENDENT ASSESSOR,Y,2015-04-01
T1,RS,READ_TWICE,3,OVRLRESP,PD,INDEPENDENT ASSESSOR,Y,2015-02-01
T1,RS,BLINDED,1,OVRLRESP,RELAPSE,INVESTIGATOR,,2015-04-01
""",
    "ae": """\
STUDYID,DOMAIN,USUBJID,AESEQ,AETERM,AEDECOD,AEBODSYS,AESER,AEREL,AESTDTC
T1,AE,BLINDED,1,cold,Nasopharyngitis,Infections and infestations,N,RELATED,2015-01-10
T1,AE,BLINDED,2,sepsis,Sepsis,Infections and infestations,Y,NOT RELATED,2015-01-20
T1,AE,BLINDED,3,sepsis,Sepsis,Infections and infestations,Y,RELATED,2015-02-20
T1,AE,PREPHASE,1,sepsis,Sepsis,Infections and infestations,Y,RELATED,2014-12-30
""",
    "mh": """\
STUDYID,DOMAIN,USUBJID,MHSEQ,MHTERM,MHDECOD,MHPRESP,MHOCCUR,MHSTDTC
T1,MH,PLACEBO,1,HEART DISEASE,HEART DISEASE,Y,N,
T1,MH,BLINDED,1,HEART DISEASE,HEART DISEASE,Y,Y,
T1,MH,PREPHASE,1,HEART DISEASE,HEART DISEASE,Y,,
""",
    "vs": """\
STUDYID,DOMAIN,USUBJID,VSSEQ,VSTESTCD,VSSTRESC,VSSTRESN,VSSTRESU,VSLOBXFL,VSTPT,VSTPTNUM,VSDTC
T1,VS,BLINDED,1,WEIGHT,70,70,kg,,,,2015-01-04
T1,VS,BLINDED,2,WEIGHT,60,60,kg,,,,2015-03-04
T1,VS,READ_TWICE,1,PULSE,70,70,BEATS/MIN,,,,2015-01-05T09:30
T1,VS,READ_TWICE,2,PULSE,90,90,BEATS/MIN,,,,2015-01-05T10:30
T1,VS,MAINTENANCE,1,PULSE,71,71,BEATS/MIN,,PRE-DOSE,1,2015-01-05
T1,VS,MAINTENANCE,2,PULSE,91,91,BEATS/MIN,,1 HOUR POST-DOSE,2,2015-01-05
T1,VS,INTERVAL,1,PULSE,72,72,BEATS/MIN,Y,,,2015-01-03
T1,VS,INTERVAL,2,PULSE,92,92,BEATS/MIN,,,,2015-01-05
T1,VS,UNTREATED,1,PULSE,73,73,BEATS/MIN,,,,2015-01-03
T1,VS,UNTREATED,2,PULSE,93,93,BEATS/MIN,,,,2015-01-04
""",
    "cv": """\
STUDYID,DOMAIN,USUBJID,CVSEQ,CVTESTCD,CVSTRESC,CVSTRESN,CVSTRESU,CVMETHOD,CVDTC
T1,CV,BLINDED,1,LVEF,60,60,%,ECHOCARDIOGRAPHY,2015-01-03
T1,CV,BLINDED,2,LVEF,50,50,%,MUGA,2015-01-04
""",
    "sv": """\
STUDYID,DOMAIN,USUBJID,VISITNUM,VISIT,SVPRESP,SVOCCUR,SVSTDTC
T1,SV,BLINDED,9,WEEK 40,Y,N,2015-10-01
""",
    "ss": "STUDYID,DOMAIN,USUBJID,SSSEQ,SSTESTCD,SSSTRESC,SSDTC\n"
    + "".join(
        f"T1,SS,{subject},1,SURVSTAT,ALIVE,2015-08-01\n"
        for subject in ("BLINDED", "PREPHASE", "MAINTENANCE", "READ_TWICE")
    )
    + "T1,SS,INTERVAL,1,SURVSTAT,ALIVE,2015-05-03\n",
    "ta": "STUDYID,DOMAIN,ARMCD\nT1,TA,A\n",
    "relrec": "STUDYID,RDOMAIN,USUBJID\nT1,AE,BLINDED\n",
}
TIMES = "select usubjid, paramcd, cast(startdt as varchar), cast(adt as varchar), event_code"


def written(folder: Path) -> Path:
    """The study, with its package as a sponsor sends it."""
    study = folder / "study"
    datasets = study / "package.d/m5/datasets/t1/tabulations/sdtm"
    datasets.mkdir(parents=True)
    for name, text in STUDY.items():
        (study / name).write_text(text, encoding="utf-8")
    for name, text in DATASETS.items():
        (datasets / f"{name}.csv").write_text(text, encoding="utf-8")
    (datasets / "define2-1-0.xsl").write_text("<xsl/>", encoding="utf-8")
    return study


@pytest.fixture(scope="module")
def warehouse(plateau: Plateau, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ordinary")
    study = written(folder)
    result = plateau("build", study, "--releases", folder / "releases", "--threads", "2")
    assert result.returncode == 0, result.stderr
    assert "ta" in result.stderr and "relrec" in result.stderr
    return folder / "releases/ordinary/current/warehouse.duckdb"


def rows(warehouse: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute(query).fetchall()


def ended(warehouse: Path, paramcd: str) -> dict[str, tuple[str, str, int]]:
    found = rows(warehouse, f"{TIMES} from marts.time_to_event where paramcd = '{paramcd}'")
    return {row[0]: row[2:] for row in found}


def test_a_dose_is_a_record_of_study_treatment_with_a_date(warehouse: Path) -> None:
    """Placebo has dose 0, a blinded record none; a prephase does not start the clock."""
    survival = ended(warehouse, "OS")
    assert survival["PLACEBO"] == ("2015-01-05", "2015-03-01", 1)
    assert survival["BLINDED"][0] == "2015-01-05"
    assert survival["PREPHASE"][0] == "2015-01-02"


def test_subjects_without_a_dose_stay_and_leave_populations_with_a_reason(warehouse: Path) -> None:
    found = rows(
        warehouse,
        "select usubjid, exclusion_reason from marts.subjects where trtsdt is null order by all",
    )
    assert found == [("SCREENED", "Not treated"), ("UNTREATED", "Not treated")]
    assert "UNTREATED" not in ended(warehouse, "OS")


def test_those_randomised_are_followed_from_randomisation(warehouse: Path) -> None:
    survival = ended(warehouse, "OSR")
    assert survival["UNTREATED"] == ("2015-01-01", "2015-02-01", 1)
    assert set(survival) == {
        *("PLACEBO", "BLINDED", "PREPHASE", "UNTREATED", "READ_TWICE", "INTERVAL"),
    }


def test_the_evaluator_that_the_study_names_decides(warehouse: Path) -> None:
    """The accepted flag of the independent assessor does not remove the investigator's PD."""
    assert ended(warehouse, "PFS")["READ_TWICE"] == ("2015-01-01", "2015-04-01", 1)


def test_a_relapse_ends_a_remission_at_entry_and_is_reported_without_one(warehouse: Path) -> None:
    assert ended(warehouse, "EFS")["MAINTENANCE"] == ("2015-01-05", "2015-06-01", 1)
    query = "select usubjid, rule from quality.rejected_record where rule like 'relapse%'"
    assert rows(warehouse, query) == [("BLINDED", "relapse_without_remission")]


def test_a_record_of_what_did_not_occur_proves_nothing(warehouse: Path) -> None:
    """Neither a prior disease that was denied or not answered, nor a visit that was missed."""
    query = "select usubjid, level from marts.subject_factors where factor = 'heart'"
    levels = dict(rows(warehouse, query))
    assert (levels["BLINDED"], levels["PLACEBO"], levels["PREPHASE"]) == ("yes", "no", "no")
    assert ended(warehouse, "OS")["BLINDED"][1] == "2015-08-01"


def test_an_interval_dates_a_death_as_far_as_it_goes(warehouse: Path) -> None:
    """A death between 1 and 20 May of a subject seen on 3 May."""
    assert ended(warehouse, "OS")["INTERVAL"] == ("2015-01-05", "2015-05-03", 1)


def test_an_adverse_event_of_a_kind_is_an_endpoint(warehouse: Path) -> None:
    """The first serious related infection on treatment; the one before the drug is none."""
    infections = ended(warehouse, "TTI")
    assert infections["BLINDED"] == ("2015-01-05", "2015-02-20", 1)
    assert infections["PREPHASE"][2] == 0


def test_factors_are_made_of_any_variable_and_domain(warehouse: Path) -> None:
    query = (
        "select factor, level, value from marts.subject_factors "
        "where usubjid = 'BLINDED' and factor in ('arm', 'weight') order by all"
    )
    assert rows(warehouse, query) == [("arm", "drug", None), ("weight", None, 70.0)]


def test_a_value_after_the_first_dose_of_the_day_is_no_baseline(warehouse: Path) -> None:
    """By the time of day, the planned time point, or the flag of the standard."""
    query = "select usubjid, value from marts.subject_factors where factor = 'pulse'"
    pulses = dict(rows(warehouse, query))
    assert (pulses["READ_TWICE"], pulses["MAINTENANCE"], pulses["INTERVAL"]) == (70, 71, 72)


def test_subjects_without_a_dose_have_baseline_factors(warehouse: Path) -> None:
    """Until the reference start date; what is told from the first dose is not known of them."""
    query = "select factor, level, value from marts.subject_factors where usubjid = 'UNTREATED'"
    factors = {row[0]: row[1:] for row in rows(warehouse, query)}
    assert factors["pulse"] == (None, 73)
    assert factors["heart"] == ("no", None)
    assert factors["transplant"] == (None, None)


def test_a_condition_on_a_factor_chooses_among_its_records(warehouse: Path) -> None:
    query = "select value from marts.subject_factors where usubjid = 'BLINDED' and factor = 'lvef'"
    assert rows(warehouse, query) == [(60,)]


def test_another_first_exposure_in_dm_is_a_finding(warehouse: Path) -> None:
    query = "select usubjid, value from quality.rejected_record where rule = 'first_dose_differs'"
    assert rows(warehouse, query) == [("PREPHASE", "2014-12-28")]


def test_a_treated_subject_never_assessed_has_a_row_of_responses(warehouse: Path) -> None:
    query = "select usubjid from marts.responses where not is_assessed order by all"
    assert rows(warehouse, query) == [("INTERVAL",), ("PLACEBO",), ("PREPHASE",)]


def test_readings_of_several_sources_are_not_pooled_without_a_word(
    plateau: Plateau, tmp_path: Path
) -> None:
    study = written(tmp_path)
    conditions = study / "fact_conditions.csv"
    text = conditions.read_text(encoding="utf-8")
    for left_out in (
        ",response,1,variable,RSEVAL,=,INVESTIGATOR\n",
        ",lvef,1,variable,CVMETHOD,=,ECHOCARDIOGRAPHY\n",
    ):
        assert left_out in text
        text = text.replace(left_out, "")
    conditions.write_text(text, encoding="utf-8")
    result = plateau("check", study, "--threads", "2")
    assert result.returncode == 3
    assert "several_sources" in result.stdout
    both = (
        "RSEVAL 'INDEPENDENT ASSESSOR | INVESTIGATOR'",
        "CVMETHOD 'ECHOCARDIOGRAPHY | MUGA'",
    )
    assert all(values in result.stdout for values in both)
    refused = plateau("build", study, "--releases", tmp_path / "releases", "--threads", "2")
    assert refused.returncode == 3
    told = [
        f"{values} breaks rule several_sources, which stops the build." in refused.stderr
        for values in both
    ]
    assert sorted(told) == [False, True]
    assert "1 more finding stops the build; run `plateau check`." in refused.stderr


def test_a_declared_fact_leads_to_the_line_of_its_file(warehouse: Path, plateau: Plateau) -> None:
    releases = warehouse.parent.parent.parent
    result = plateau("explain", "pfs", "READ_TWICE", "--releases", releases)
    assert result.returncode == 0, result.stderr
    folder = "package.d/m5/datasets/t1/tabulations/sdtm"
    told = result.stdout.splitlines()
    for sentence, place in (
        (
            "Starts at randomisation: first DSSTDTC of DS where DSDECOD = RANDOMIZED "
            "(facts.csv line 2)",
            f"{folder}/ds.csv line 6, as in the file",
        ),
        (
            "Ends with progression: first RSDTC of RS where response = progression; "
            "after randomisation (facts.csv line 3)",
            f"{folder}/rs.csv line 4, as in the file",
        ),
    ):
        assert told.index(place) == told.index(sentence) + 1


def test_an_analysis_says_what_its_declared_facts_are(warehouse: Path, plateau: Plateau) -> None:
    """Of built-in facts the documentation says it."""
    releases = warehouse.parent.parent.parent
    told = plateau("explain", "pfs", "--releases", releases).stdout
    assert "  progression: first RSDTC of RS where response = progression; after rando" in told
    assert "first_dose: " not in told and "death: " not in told
