"""A small study folder, typed as text, for tests to break in one place."""

from pathlib import Path

import pytest

from analytics.study import StudyError, load_study

FILES: dict[str, str] = {
    "study.toml": """\
study_id = "small"
title = "A small study"
synthetic = true
synthetic_note = "No patient exists."
analysis_set = "all"

[[trials]]
trial_id = "T1"
label = "Trial 1"
path = "sdtm/T1"
cutoff = 2015-06-30

[parameters]
survivor_known_alive_months = 35
ties = "breslow"

[inferred]
ties = "not stated; Breslow fits."
""",
    "terms.csv": """\
trial_id,domain,testcd,wording,category,value,note
T1,RS,OVRLRESP,Complete Remission,response,CR,
""",
    "factors.csv": """\
factor,label,timing,type,derivation,domain,testcd,category,specimen,evaluator,unit,add,no_record,fact,assessed_fact,display_order,description
age,Age,baseline,continuous,variable,DM,AGE,,,,years,,,,,1,
sex,Sex,baseline,categorical,variable,DM,SEX,,,,,,,,,2,
blasts,Blasts,baseline,categorical,last_value,LB,BLAST,,,,%,,,,,3,
cycles,Cycles,baseline,continuous,subject_column,,CYCLES_STARTED,,,,,,,,,4,
mrd,MRD responder,post_baseline,categorical,fact,,,,,,,,,mrd_response,mrd_evaluated,5,
hsct,HSCT,post_baseline,categorical,fact,,,,,,,,,hsct,,6,
""",
    "factor_levels.csv": """\
factor,level,label,display_order,wording,lower,lower_inclusive,upper,upper_inclusive
sex,male,Male,1,M,,,,
sex,female,Female,2,F,,,,
sex,,Unknown,3,U,,,,
blasts,low,Low,1,,,,10,false
blasts,middle,Middle,2,,10,true,50,false
blasts,high,High,3,,50,true,,
mrd,yes,Yes,1,,,,,
mrd,no,No,2,,,,,
hsct,yes,Yes,1,,,,,
hsct,no,No,2,,,,,
""",
    "populations.csv": """\
population,label,display_order,condition_order,kind,name,operator,value,reason
all,All,1,1,fact,first_dose,exists,,Not treated
responders,Responders,2,1,population,all,,,
responders,,,2,fact,first_remission,exists,,No remission
men,Men,3,1,population,all,,,
men,,,2,factor,sex,=,male,Not a man
evaluable,MRD evaluable,4,1,population,all,,,
evaluable,,,2,fact,mrd_evaluated,exists,,Not evaluable
transplanted,Transplanted in remission,5,1,population,all,,,
transplanted,,,2,fact,first_remission,exists,,No remission
transplanted,,,3,fact,hsct_in_remission,exists,,No transplant
not_transplanted,Never transplanted,6,1,population,all,,,
not_transplanted,,,2,fact,hsct,absent,,Transplanted
survivors,Survivors,7,1,population,all,,,
survivors,,,2,endpoint,OS,months >,survivor_known_alive_months,Died or lost
""",
    "endpoints.csv": """\
paramcd,param,population,origin_fact,display_order,note
OS,Overall survival,all,first_dose,1,
RFS,Relapse-free survival,responders,first_remission,2,
OSHSCT,Survival after transplant,transplanted,hsct_in_remission,3,
OSHSCTD,Survival of the transplanted,transplanted,first_dose,4,
""",
    "endpoint_rules.csv": """\
paramcd,rule_id,role,fact,priority,description,when_parameter,when_value
OS,death,event,death,1,Death,,
OS,alive,censor,last_known_alive,1,Last known alive,,
RFS,relapse,event,relapse,1,Relapse,,
RFS,death,event,death,2,Death,,
RFS,visit,censor,last_documented_visit,1,Last visit,rfs_censor,last_visit
RFS,contact,censor,last_contact,1,Last contact,rfs_censor,last_contact
OSHSCT,death,event,death,1,Death,,
OSHSCT,alive,censor,last_known_alive,1,Last known alive,,
OSHSCTD,death,event,death,1,Death,,
OSHSCTD,alive,censor,last_known_alive,1,Last known alive,,
""",
    "plan.toml": """\
[[analyses]]
id = "os"
label = "Overall survival"
method = "kaplan_meier"
endpoint = "OS"
population = "all"
landmarks_months = [24, 36]
""",
}


def write_study(folder: Path, **changes: tuple[str, str]) -> Path:
    """The small study in `folder`; `plan_toml=("old", "new")` changes one text of a file."""
    for name, text in FILES.items():
        old, new = changes.get(name.replace(".", "_"), ("", ""))
        assert old in text, f"{old!r} is not in {name}"
        (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder


def with_plan(folder: Path, plan: str) -> Path:
    """The small study with a plan of its own."""
    write_study(folder)
    (folder / "plan.toml").write_text(plan, encoding="utf-8")
    return folder


def refusal(folder: Path) -> str:
    """The sentence a study folder is refused with."""
    with pytest.raises(StudyError) as caught:
        load_study(folder)
    return str(caught.value)
