"""A trial of the kind adam: what a study has to say for it, and what it may leave out."""

from pathlib import Path

import pytest
from adam_study import FILES, STUDY
from small_study import refusal, write_study

from analytics.study import load_study
from analytics.study.specification import StudySpecification


def written(folder: Path, file: str = "study.toml", old: str = "", new: str = "") -> Path:
    """The study of ADaM alone, one text of one file changed."""
    for name, text in FILES.items():
        assert name != file or old in text
        content = text.replace(old, new, 1) if name == file else text
        (folder / name).write_text(content, encoding="utf-8")
    return folder


def loaded(folder: Path, events: str = "") -> StudySpecification:
    if events:
        (folder / "adam_events.csv").write_text(
            f"paramcd,cnsr,evntdesc,role\n{events}", encoding="utf-8"
        )
    return load_study(folder)


def test_adam_alone_needs_no_rules_no_terms_and_no_origin(tmp_path: Path) -> None:
    study = loaded(written(tmp_path))
    assert (study.has_adam, study.has_sdtm) == (True, False)
    assert (study.terms, study.endpoint_rules) == ((), ())
    assert study.endpoint("OS").origin_fact is None


def test_a_population_without_conditions_is_its_flag(tmp_path: Path) -> None:
    study = loaded(written(tmp_path))
    (condition,) = study.population("itt").conditions
    assert (condition.kind, condition.name, condition.operator, condition.value) == (
        *("flag", "ITTFL", "=", "Y"),
    )
    assert condition.reason == "ITTFL is not Y"


def test_a_population_within_another_has_its_flag_too(tmp_path: Path) -> None:
    folder = written(tmp_path)
    for file, line in (
        ("populations.csv", "saf,Safety,8,1,population,itt,,,"),
        ("adam_names.csv", "population,saf,SAFFL,"),
    ):
        (folder / file).write_text(f"{FILES[file]}{line}\n", encoding="utf-8")
    study = loaded(folder)
    assert [(item.kind, item.name) for item in study.population("saf").conditions] == [
        ("population", "itt"),
        ("flag", "SAFFL"),
    ]


def test_a_rule_that_excludes_stands_before_the_flag(tmp_path: Path) -> None:
    text = '[policies]\ntime_differs = "exclude_subject"\n'
    study = loaded(written(tmp_path, "study.toml", STUDY, f"{STUDY}\n{text}"))
    assert [item.kind for item in study.population("itt").conditions] == ["rule", "flag"]


def test_a_line_of_adam_events_says_what_cnsr_means(tmp_path: Path) -> None:
    study = loaded(written(tmp_path), "OS,2,,competing\nOS,2,Lost,censor\n")
    assert [(item.cnsr, item.evntdesc, item.role) for item in study.adam_events] == [
        (2, None, "competing"),
        (2, "Lost", "censor"),
    ]


@pytest.mark.parametrize(
    ("events", "sentence"),
    [
        (
            "OS,,,competing\n",
            "adam_events.csv line 2: neither cnsr nor evntdesc is given; give the value that the "
            "rows have.",
        ),
        (
            "PFS,2,,competing\n",
            "adam_events.csv line 2: unknown endpoint 'PFS'; use OS.",
        ),
        (
            "OS,2,,lost\n",
            "adam_events.csv line 2: unknown role 'lost'; use event, competing or censor.",
        ),
        (
            "OS,2,Lost,competing\nOS,2,lost ,censor\n",
            "adam_events.csv line 3: adam_events.csv line 2 already says what these rows of OS "
            "mean; keep one of them.",
        ),
    ],
)
def test_a_mistake_in_adam_events_is_one_sentence(
    tmp_path: Path, events: str, sentence: str
) -> None:
    written(tmp_path)
    (tmp_path / "adam_events.csv").write_text(
        f"paramcd,cnsr,evntdesc,role\n{events}", encoding="utf-8"
    )
    assert refusal(tmp_path) == sentence


@pytest.mark.parametrize(
    ("file", "old", "new", "sentence"),
    [
        (
            "study.toml",
            'kind = "adam"',
            'kind = "adma"',
            "study.toml [[trials]] 1: unknown kind 'adma' (did you mean 'adam'?); use sdtm or "
            "adam.",
        ),
        (
            "study.toml",
            'kind = "adam"',
            'kind = "adam"\ntime_unit = "FORTNIGHTS"',
            "study.toml [[trials]] 1: unknown time_unit 'FORTNIGHTS'; use DAYS, DAY, WEEKS, WEEK, "
            "MONTHS, MONTH, YEARS or YEAR.",
        ),
        (
            "factors.csv",
            "adam,,,,,,years",
            "adam,DM,,,,,years",
            "factors.csv line 2: factor 'age' is read from the ADaM variable that adam_names.csv "
            "names, so column 'domain' must be empty.",
        ),
        (
            "adam_names.csv",
            "factor,age,AGE,\n",
            "",
            "adam_names.csv: factor 'age' has no line, so that a trial of the kind adam has no "
            "value of it; name its variable of ADSL, such as factor,age,AGE,.",
        ),
        (
            "adam_names.csv",
            "population,itt,ITTFL,\n",
            "",
            "populations.csv: population 'itt' has no condition and no flag of ADSL; add a "
            "condition, or a line to adam_names.csv such as population,itt,ITTFL,.",
        ),
        (
            "populations.csv",
            "men,,,2,factor,sex,=,male,Not a man",
            "men,,,2,factor,sex,=,male,Not a man\n"
            "treated,Treated,3,1,fact,first_dose,exists,,Not treated",
            "adam_names.csv: population 'treated' rests on the fact 'first_dose', which ADaM does "
            "not have; name the flag of ADSL that tells who belongs to it, such as "
            "population,treated,ITTFL,.",
        ),
        (
            "plan.toml",
            'strata = "sex"',
            'entry_facts = ["hsct"]',
            "adam_names.csv: in analysis 'os' of plan.toml observation begins with the fact "
            "'hsct'; name the variable of ADTTE that holds its day, such as fact,hsct,ENTRYDY,.",
        ),
    ],
)
def test_what_adam_cannot_tell_is_one_sentence(
    tmp_path: Path, file: str, old: str, new: str, sentence: str
) -> None:
    assert refusal(written(tmp_path, file, old, new)) == sentence


def test_attrition_by_facts_that_adam_has_not_is_refused(tmp_path: Path) -> None:
    written(tmp_path)
    for file, more in (
        ("adam_names.csv", "population,hsct,HSCTFL,\n"),
        (
            "populations.csv",
            "hsct,Transplant,3,1,population,itt,,,\nhsct,,,2,fact,first_remission,exists,,No CR\n"
            "hsct,,,3,fact,hsct,exists,,No transplant\n",
        ),
        (
            "plan.toml",
            '\n[[analyses]]\nid = "who"\nlabel = "Who"\nmethod = "attrition"\n'
            'population = "hsct"\n',
        ),
    ):
        with (tmp_path / file).open("a", encoding="utf-8") as lines:
            lines.write(more)
    assert refusal(tmp_path) == (
        "plan.toml: attrition 'who' asks which condition of population 'hsct' a subject fails, but "
        "ADaM has its flag alone, not first_remission or hsct; remove the analysis, or name the "
        "variables of ADTTE that hold the days of facts in adam_names.csv."
    )
    with (tmp_path / "adam_names.csv").open("a", encoding="utf-8") as lines:
        lines.write("fact,hsct,HSCTDAY,\n")
    assert load_study(tmp_path).analysis("who").population == "hsct"


def test_a_trial_of_sdtm_needs_conditions_and_derivations(tmp_path: Path) -> None:
    pooled = tmp_path / "pooled"
    pooled.mkdir()
    write_study(
        pooled,
        factors_csv=(
            "age,Age,baseline,continuous,variable,DM,AGE",
            "age,Age,baseline,continuous,adam,,",
        ),
    )
    assert refusal(pooled) == (
        "factors.csv: factor 'age' is read from ADaM alone (derivation adam), but trial 'T1' is "
        "read from SDTM; choose another derivation."
    )
    unit = tmp_path / "unit"
    unit.mkdir()
    write_study(unit, study_toml=("cutoff = 2015-06-30", 'cutoff = 2015-06-30\ntime_unit = "DAYS"'))
    assert refusal(unit) == (
        "study.toml [[trials]] 1: time_unit is the unit of AVAL in ADTTE, but the trial is of the "
        "kind sdtm; remove it."
    )


def test_events_of_adam_without_a_trial_of_adam_are_refused(tmp_path: Path) -> None:
    write_study(tmp_path)
    (tmp_path / "adam_events.csv").write_text(
        "paramcd,cnsr,evntdesc,role\nOS,2,,competing\n", encoding="utf-8"
    )
    assert refusal(tmp_path) == (
        "adam_events.csv line 2: no trial is of the kind adam, so that nothing is read from ADTTE; "
        'remove the file, or set kind = "adam" for a trial in study.toml.'
    )
