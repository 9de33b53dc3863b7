"""A study sets the policy of a rule, and says who is the same person."""

from pathlib import Path

import pytest
from small_study import refusal, write_study

from analytics.release.digests import fingerprint_of
from analytics.study import load_study

INFERRED = '[inferred]\nties = "not stated; Breslow fits."\n'


def with_policies(folder: Path, lines: str) -> Path:
    return write_study(folder, study_toml=(INFERRED, f"{INFERRED}\n[policies]\n{lines}"))


def test_a_study_without_policies_has_the_defaults(tmp_path: Path) -> None:
    policies = load_study(write_study(tmp_path)).policies
    stopping = {rule for rule, policy in policies.items() if policy == "stop"}
    assert stopping == {
        *("unknown_cycle", "death_without_date", "several_sources", "several_treatments"),
        *("cycle_out_of_order", "after_known_by", "member_without_origin"),
        *("repeated_parameter", "unknown_time_unit", "accepted_readings_differ"),
    }
    assert set(policies.values()) == {"stop", "reject"}


def test_an_excluding_rule_is_the_first_condition_of_every_base_population(tmp_path: Path) -> None:
    study = load_study(with_policies(tmp_path, 'wrong_unit = "exclude_subject"\n'))
    first, second = study.population("all").conditions
    assert (first.kind, first.name, first.condition_order) == ("rule", "wrong_unit", 1)
    assert first.reason is not None
    assert first.reason.startswith("Excluded under rule wrong_unit. Requirement: A number is in")
    assert (second.name, second.condition_order) == ("first_dose", 2)
    assert [one.kind for one in study.population("men").conditions] == ["population", "factor"]


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (
            'wrong_units = "stop"\n',
            "study.toml [policies]: unknown rule 'wrong_units' (did you mean 'wrong_unit'?); use "
            "missing_key,",
        ),
        (
            'wrong_unit = "ignore"\n',
            "study.toml [policies]: unknown policy of rule wrong_unit 'ignore'; use reject, "
            "exclude_subject or stop.",
        ),
        (
            'before_origin = "exclude_subject"\n',
            "study.toml [policies]: unknown policy of rule before_origin 'exclude_subject'; use "
            "reject or stop.",
        ),
        (
            "wrong_unit = 3\n",
            "study.toml [policies]: key 'wrong_unit' is 3; it takes a text in quotes.",
        ),
    ],
)
def test_a_policy_that_is_none_is_refused(tmp_path: Path, lines: str, sentence: str) -> None:
    assert refusal(with_policies(tmp_path, lines)).startswith(sentence)


def test_a_population_may_ask_for_a_rule_itself(tmp_path: Path) -> None:
    asked = "men,,,2,factor,sex,=,male,Not a man\nmen,,,3,rule,after_death,unbroken,,Muddled\n"
    line = "men,,,2,factor,sex,=,male,Not a man\n"
    study = load_study(write_study(tmp_path, populations_csv=(line, asked)))
    assert study.population("men").conditions[-1].kind == "rule"


@pytest.mark.parametrize(
    ("condition", "sentence"),
    [
        ("rule,before_origin,unbroken,,", "populations.csv line 6: unknown rule 'before_origin';"),
        ("rule,after_death,exists,,", "populations.csv line 6: unknown rule operator 'exists';"),
        (
            "rule,after_death,unbroken,3,",
            "populations.csv line 6: column 'value' is '3', but this condition takes none;",
        ),
    ],
)
def test_a_condition_on_a_rule_is_checked(tmp_path: Path, condition: str, sentence: str) -> None:
    line = "men,,,2,factor,sex,=,male,Not a man\n"
    write_study(tmp_path, populations_csv=(line, f"men,,,2,{condition}\n"))
    assert refusal(tmp_path).startswith(sentence)


def test_subjects_of_one_person_are_read(tmp_path: Path) -> None:
    write_study(tmp_path)
    assert load_study(tmp_path).same_persons == ()
    (tmp_path / "same_person.csv").write_text("person,usubjid\nX,T1-1\nX,T2-9\n")
    found = load_study(tmp_path).same_persons
    assert [(one.person, one.usubjid) for one in found] == [("X", "T1-1"), ("X", "T2-9")]


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ("X,A\nY,A\n", "same_person.csv line 3: subject 'A' is given twice; keep one line."),
        (
            "X,A\n",
            "same_person.csv line 2: person 'X' has only one subject; name every subject of the "
            "person, or remove the line.",
        ),
        ("X,\n", "same_person.csv line 2: column 'usubjid' is empty; give it a value."),
    ],
)
def test_a_person_who_is_none_is_refused(tmp_path: Path, lines: str, sentence: str) -> None:
    write_study(tmp_path)
    (tmp_path / "same_person.csv").write_text(f"person,usubjid\n{lines}")
    assert refusal(tmp_path) == sentence


def test_a_late_correction_is_another_release_and_its_undoing_the_old_one(study_copy: Path) -> None:
    """A build reads the folder alone: what the folder is says what the release is."""
    study = load_study(study_copy)
    trials = [study_copy / trial.path for trial in study.trials]

    def release_id() -> str:
        return fingerprint_of(study_copy, trials, study.parameters.model_dump()).release_id

    before = release_id()
    path = study_copy / "sdtm/MT103-211/dm.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(",YEARS,M,", ",YEARS,F,", 1), encoding="utf-8")
    assert release_id() != before
    path.write_text(text, encoding="utf-8")
    assert release_id() == before
