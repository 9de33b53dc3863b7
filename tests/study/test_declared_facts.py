"""A study declares dated facts as rows; every mistake in them is one sentence."""

from pathlib import Path

import pytest
from small_study import refusal, write_study

from analytics.ingest.fact_conditions import fact_condition_rows
from analytics.study import load_study
from analytics.study.declared_facts import (
    MOST_LEVELS,
    all_facts,
    conditions_said,
    definition_of,
)
from analytics.study.facts import known_at

FACTS = """\
fact,label,domain,date,take,value,known_by,description
randomisation,Randomisation,DS,DSSTDTC,first,,first_dose,
progression,Progression,RS,RSDTC,first,response,,
death_after,Death within 30 days,DD,DDDTC,first,,,
"""
CONDITIONS = """\
trial_id,fact,condition_order,kind,name,operator,value
,randomisation,1,variable,DSDECOD,=,Randomized
,progression,1,term,response,in,CR
,progression,2,fact,randomisation,after,
,progression,3,cycle,,>=,2
,death_after,1,variable,DDTESTCD,matches,*prcdth?
,death_after,2,fact,progression,within days after,30
,dose,1,variable,EXTRT,not in,prednisone | DEXAMETHASONE
"""


def study(folder: Path, facts: str = FACTS, conditions: str = CONDITIONS) -> Path:
    write_study(folder)
    (folder / "facts.csv").write_text(facts, encoding="utf-8")
    (folder / "fact_conditions.csv").write_text(conditions, encoding="utf-8")
    return folder


def test_facts_rest_on_each_other_level_by_level(tmp_path: Path) -> None:
    spec = load_study(study(tmp_path))
    assert [(fact.fact, fact.level) for fact in spec.facts] == [
        ("randomisation", 1),
        ("progression", 2),
        ("death_after", 3),
    ]
    assert conditions_said(spec.facts[2].conditions) == (
        "DDTESTCD matches *prcdth?; within 30 days after progression"
    )
    assert [item.fact for item in spec.record_conditions] == ["dose"]
    assert [definition_of(fact) for fact in spec.facts] == [
        "first DSSTDTC of DS where DSDECOD = Randomized",
        "first RSDTC of RS where response in CR; cycle >= 2; after randomisation",
        "first DDDTC of DD where DDTESTCD matches *prcdth?; within 30 days after progression",
    ]


def test_a_condition_of_one_trial_says_so(tmp_path: Path) -> None:
    conditions = CONDITIONS.replace(",randomisation,1", "T1,randomisation,1", 1)
    spec = load_study(study(tmp_path, conditions=conditions))
    assert conditions_said(spec.facts[0].conditions) == "in trial T1: DSDECOD = Randomized"


def test_a_study_without_the_files_declares_nothing(tmp_path: Path) -> None:
    spec = load_study(write_study(tmp_path))
    assert spec.facts == spec.record_conditions == ()


def test_conditions_become_rows_that_sql_joins_to(tmp_path: Path) -> None:
    rows = fact_condition_rows(load_study(study(tmp_path)))
    assert (
        None,
        "randomisation",
        "fact",
        1,
        "variable",
        "DS",
        "DSDECOD",
        "equals",
        False,
        "RANDOMIZED",
        None,
    ) in rows
    assert (
        None,
        "death_after",
        "fact",
        1,
        "variable",
        "DD",
        "DDTESTCD",
        "matches",
        False,
        "^.*PRCDTH.$",
        None,
    ) in rows
    assert [row[7:10] for row in rows if row[1] == "dose"] == [
        ("equals", True, "PREDNISONE"),
        ("equals", True, "DEXAMETHASONE"),
    ]
    assert (None, "progression", "fact", 3, "cycle", "RS", None, ">=", False, "2", 2.0) in rows


@pytest.mark.parametrize(
    ("fact", "origin", "known"),
    [
        ("randomisation", "first_dose", True),
        ("randomisation", "progression", True),
        ("progression", "randomisation", False),
        ("progression", "death_after", True),
        ("first_dose", "randomisation", False),
        ("prior_hsct", "randomisation", False),
    ],
)
def test_what_is_known_by_when_follows_from_the_conditions(
    fact: str, origin: str, known: bool, tmp_path: Path
) -> None:
    spec = load_study(study(tmp_path))
    facts = all_facts(spec.facts, spec.terms, spec.parameters.response_order)
    assert known_at(fact, origin, facts) is known


def test_the_guard_reads_declared_facts(tmp_path: Path) -> None:
    """Survival from randomisation among the treated waits for a dose: immortal time."""
    plan = (
        '[[analyses]]\nid = "curve"\nlabel = "A"\nmethod = "kaplan_meier"\nendpoint = "PFS"\n'
        'population = "treated"\n'
    )
    folder = study(tmp_path)
    (folder / "plan.toml").write_text(plan)
    with (folder / "populations.csv").open("a") as file:
        file.write("itt,Randomised,8,1,fact,randomisation,exists,,No\n")
        file.write("treated,Treated,9,1,population,itt,,,\n")
        file.write("treated,,,2,fact,first_dose,exists,,No\n")
    with (folder / "endpoints.csv").open("a") as file:
        file.write("PFS,Progression-free survival,itt,randomisation,9,\n")
    with (folder / "endpoint_rules.csv").open("a") as file:
        file.write(
            "PFS,pd,event,progression,1,Progression,,\nPFS,alive,censor,last_contact,1,A,,\n"
        )
    assert refusal(folder).startswith(
        "plan.toml analysis 'curve': population 'treated' (with 'first_dose') is known only after "
        "the origin of PFS ('randomisation'), which causes immortal time bias;"
    )


def test_a_condition_of_one_trial_says_nothing_of_the_others(tmp_path: Path) -> None:
    """A population of all trials may hold subjects who progressed before randomisation."""
    conditions = CONDITIONS.replace(",progression,2,fact", "T1,progression,2,fact")
    spec = load_study(study(tmp_path, conditions=conditions))
    facts = all_facts(spec.facts, spec.terms, spec.parameters.response_order)
    assert not known_at("randomisation", "progression", facts)


MISTAKES = {
    "built-in name": (
        ("randomisation,Ran", "relapse,Ran"),
        "facts.csv line 2: 'relapse' is a built-in name; give the fact another one.",
    ),
    "no name": (
        ("randomisation,Ran", "Randomisation,Ran"),
        "facts.csv line 2: column 'fact' is 'Randomisation', which cannot name a fact; use "
        "lower-case letters, digits and underscores, a letter first, 128 characters at most.",
    ),
    "declared twice": (
        ("progression,Pro", "randomisation,Pro"),
        "facts.csv line 2: fact 'randomisation' is declared twice; keep one of them.",
    ),
    "no domain": (
        (",DS,", ",Disposition,"),
        "facts.csv line 2: 'Disposition' is not the code of an SDTM domain; write two capitals, "
        "such as RS, or SUPP.",
    ),
    "no date": (
        ("DS,DSSTDTC", "DS,start date"),
        "facts.csv line 2: 'start date' is not a variable with a date, such as AESTDTC; write it "
        "in capitals.",
    ),
    "unknown take": (
        ("DSSTDTC,first", "DSSTDTC,every"),
        "facts.csv line 2: unknown take 'every'; use first or last.",
    ),
    "no condition": (
        (",randomisation,1,variable,DSDECOD,=,Randomized\n", ""),
        "facts.csv line 2: fact 'randomisation' has no condition in fact_conditions.csv, so that "
        "any record of DS would be it; add the conditions that make a record this fact.",
    ),
    "unknown category of its value": (
        ("first,response,", "first,reponse,"),
        "facts.csv line 3: unknown category of terms.csv 'reponse' (did you mean 'response'?); "
        "use response.",
    ),
    "condition of an unknown fact": (
        ("randomisation,1,", "randomization,1,"),
        "fact_conditions.csv line 2: unknown fact, category of records or factor of records "
        "'randomization' (did you mean 'randomisation'?); use randomisation, progression, "
        "death_after, dose, response, mrd, transplant, contact, death or blasts.",
    ),
    "unknown operator": (
        ("DSDECOD,=,", "DSDECOD,is,"),
        "fact_conditions.csv line 2: unknown variable operator 'is'; use =, !=, in, not in, "
        "matches, does not match, <, <=, >, >=, given or missing.",
    ),
    "value where none belongs": (
        ("randomisation,after,", "randomisation,after,28"),
        "fact_conditions.csv line 4: 'after' takes no value; leave the column empty.",
    ),
    "no number": (
        ("DDTESTCD,matches,*prcdth?", "DDTESTCD,>,much"),
        "fact_conditions.csv line 6: column 'value' is 'much', which is not a number; write it "
        "with a "
        "decimal point.",
    ),
    "no days": (
        ("within days after,30", "within days after,a month"),
        "fact_conditions.csv line 7: column 'value' is 'a month', which is not a whole number; "
        "write "
        "digits only.",
    ),
    "days below zero": (
        ("within days after,30", "within days after,-30"),
        "fact_conditions.csv line 7: column 'value' is -30, but cycles and days are counted from "
        "0; choose another operator.",
    ),
    "order twice": (
        ("progression,2,", "progression,1,"),
        "fact_conditions.csv line 4: 'progression' has condition_order 1 twice; number its "
        "conditions 1, 2, ...",
    ),
    "category by a fact": (
        ("dose,1,variable,EXTRT,not in,prednisone | DEXAMETHASONE", "dose,1,fact,death,before,"),
        "fact_conditions.csv line 8: which records count as a dose is said by their variables; use "
        "the kind variable, or declare a fact for the rest.",
    ),
    "placed by itself": (
        ("fact,randomisation,after", "fact,progression,after"),
        "fact_conditions.csv line 4: fact 'progression' is placed by itself; name another fact.",
    ),
    "a circle": (
        (
            "randomisation,1,variable,DSDECOD,=,Randomized",
            "randomisation,1,fact,death_after,after,",
        ),
        "fact_conditions.csv: fact 'randomisation' is placed by itself (randomisation -> "
        "death_after -> progression -> randomisation); remove one of these conditions.",
    ),
    "known by the day of what comes before": (
        (
            "progression,Progression,RS,RSDTC,first,response,,",
            "progression,P,RS,RSDTC,first,,randomisation,",
        ),
        "facts.csv line 3: by its conditions fact 'progression' happens on or after "
        "'randomisation', so it is not known by that day; leave known_by empty.",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistake_in_the_facts_is_a_sentence(mistake: str, tmp_path: Path) -> None:
    (old, new), sentence = MISTAKES[mistake]
    assert old in FACTS + CONDITIONS
    folder = study(tmp_path, FACTS.replace(old, new), CONDITIONS.replace(old, new))
    assert refusal(folder) == sentence


def test_facts_rest_on_each_other_as_deep_as_sql_goes(tmp_path: Path) -> None:
    """The models date as many levels as the study may use."""
    facts, conditions = FACTS.splitlines()[:1], CONDITIONS.splitlines()[:1]
    for level in range(1, MOST_LEVELS + 1):
        earlier = f"f{level - 1}" if level > 1 else "first_dose"
        facts.append(f"f{level},F,RS,RSDTC,first,,,")
        conditions.append(f",f{level},1,fact,{earlier},after,")
    spec = load_study(study(tmp_path, "\n".join(facts), "\n".join(conditions)))
    assert spec.facts[-1].level == MOST_LEVELS
    facts.append("f7,F,RS,RSDTC,first,,,")
    conditions.append(f",f7,1,fact,f{MOST_LEVELS},after,")
    assert refusal(study(tmp_path, "\n".join(facts), "\n".join(conditions))) == (
        "fact_conditions.csv: f7 -> f6 -> f5 -> f4 -> f3 -> f2 -> f1 rest on each other, and 6 "
        "facts in a row are the most; place one of them by an earlier fact."
    )


ENDPOINTS = """\
paramcd,param,population,origin_fact,display_order,note,assessments,longest_gap_days
PFS,Progression-free survival,all,first_dose,1,,scan,126
"""
SCANS = """\
fact,label,domain,date,take,value,known_by,description
scan,Tumour assessment,RS,RSDTC,last,,,
therapy,New anti-cancer therapy,CM,CMSTDTC,first,,,
progression,Progression,RS,RSDTC,first,,,
"""
SCAN_CONDITIONS = """\
trial_id,fact,condition_order,kind,name,operator,value
,scan,1,variable,RSTESTCD,=,OVRLRESP
,therapy,1,variable,CMCAT,=,NEW THERAPY
,progression,1,variable,RSSTRESC,=,PD
,progression,2,fact,therapy,not after,
"""
PFS_RULES = """\
paramcd,rule_id,role,fact,priority,description,when_parameter,when_value
PFS,pd,event,progression,1,Progression,,
PFS,death,event,death,2,Death,,
PFS,therapy,end,therapy,1,New therapy,,
"""
PFS_PLAN = (
    '[[analyses]]\nid = "pfs"\nlabel = "PFS"\nmethod = "kaplan_meier"\nendpoint = "PFS"\n'
    'population = "all"\n'
)


def assessed(folder: Path, name: str = "", old: str = "", new: str = "") -> Path:
    """A study of one endpoint that names its assessments, with one text of a file replaced."""
    study(folder, SCANS, SCAN_CONDITIONS)
    populations = (folder / "populations.csv").read_text().splitlines(keepends=True)
    files = {
        "endpoints.csv": ENDPOINTS,
        "endpoint_rules.csv": PFS_RULES,
        "plan.toml": PFS_PLAN,
        "populations.csv": "".join(populations[:2]),
        "facts.csv": SCANS,
        "fact_conditions.csv": SCAN_CONDITIONS,
    }
    for file, text in files.items():
        assert name != file or old in text
        changed = text.replace(old, new, 1) if name == file else text
        (folder / file).write_text(changed, encoding="utf-8")
    return folder


def test_an_endpoint_names_its_assessments_and_the_end_of_observation(tmp_path: Path) -> None:
    spec = load_study(assessed(tmp_path))
    (endpoint,) = spec.endpoints
    assert (endpoint.assessments, endpoint.longest_gap_days) == ("scan", 126)
    assert [rule.role for rule in spec.endpoint_rules] == ["event", "event", "end"]


@pytest.mark.parametrize(
    ("file", "old", "new", "sentence"),
    [
        (
            "endpoints.csv",
            "scan,126",
            "last_assessment,126",
            "endpoints.csv line 2: unknown fact of facts.csv 'last_assessment'; use scan, therapy "
            "or progression.",
        ),
        (
            "endpoints.csv",
            "scan,126",
            "progression,126",
            "endpoints.csv line 2: all records of the fact 'progression' are assessments, from the "
            "origin of the endpoint to its end, so its condition at fact_conditions.csv line 5 has "
            "no effect; name a fact without conditions on other facts, cycles or confirmation.",
        ),
        (
            "endpoints.csv",
            "scan,126",
            ",126",
            "endpoints.csv line 2: longest_gap_days counts from the last assessment; name the fact "
            "of the assessments in the column 'assessments'.",
        ),
        (
            "endpoints.csv",
            "scan,126",
            "scan,0",
            "endpoints.csv line 2: longest_gap_days is 0; write a number of days above 0.",
        ),
        (
            "endpoint_rules.csv",
            "PFS,pd,event",
            "PFS,last_assessment,event",
            "endpoint_rules.csv: rule id 'last_assessment' of endpoint 'PFS', which names its "
            "assessments, stands for a date of no rule; choose another id.",
        ),
        (
            "endpoints.csv",
            "scan,126",
            ",",
            "endpoint_rules.csv: endpoint 'PFS' has no censor rule in force; add one, or check "
            "when_parameter and when_value.",
        ),
        (
            "fact_conditions.csv",
            "progression,2,fact,therapy,not after,",
            "progression,2,confirmed,scan,>=,28",
            "fact_conditions.csv line 5: a condition of the kind confirmed takes no name; remove "
            "it.",
        ),
        (
            "fact_conditions.csv",
            "progression,2,fact,therapy,not after,",
            "progression,2,confirmed,,>=,four weeks",
            "fact_conditions.csv line 5: column 'value' is 'four weeks', which is not a whole "
            "number; write digits only.",
        ),
    ],
)
def test_a_mistake_in_the_assessments_is_a_sentence(
    file: str, old: str, new: str, sentence: str, tmp_path: Path
) -> None:
    assert refusal(assessed(tmp_path, file, old, new)) == sentence


def test_what_may_still_happen_after_a_fact_is_not_settled_by_it(tmp_path: Path) -> None:
    """Within 30 days after the last dose, or before it: known only 30 days later."""
    conditions = SCAN_CONDITIONS.replace("therapy,not after,", "last_dose,at most days after,30")
    spec = load_study(study(tmp_path, SCANS, conditions))
    facts = all_facts(spec.facts, spec.terms, spec.parameters.response_order)
    assert not known_at("progression", "last_dose", facts)
    assert facts["progression"].follows == ()
