"""Ready-made facts and vocabularies: what a study may name without declaring it."""

from pathlib import Path

import pytest
from small_study import refusal, write_study

from analytics.study import load_study
from analytics.study.vocabularies import read_vocabularies

TRIALS = "[[trials]]"


def with_vocabulary(folder: Path, names: str, terms: str = "") -> Path:
    write_study(
        folder,
        study_toml=(TRIALS, f"vocabularies = {names}\n\n{TRIALS}"),
        terms_csv=("T1,RS,OVRLRESP,Complete Remission,response,CR,\n", terms),
    )
    return folder


def test_a_fact_that_the_study_names_is_declared_for_it(tmp_path: Path) -> None:
    write_study(tmp_path, populations_csv=("2,fact,hsct,absent", "2,fact,randomisation,exists"))
    (fact,) = load_study(tmp_path).facts
    assert (fact.fact, fact.domain, fact.date, fact.known_by) == (
        *("randomisation", "DS", "DSSTDTC", None),
    )
    assert [item.values for item in fact.conditions] == [("RANDOMIZED",)]


def test_a_fact_that_is_not_named_is_not_declared(tmp_path: Path) -> None:
    """Nor one that stands in a comment, or as a value that is no fact."""
    write_study(
        tmp_path,
        terms_csv=("response,CR,", "response,progression,"),
        endpoints_csv=("OS,Over", "#OS,Overall,all,randomisation,,\nOS,Over"),
    )
    assert load_study(tmp_path).facts == ()


def test_the_study_may_declare_a_fact_of_the_name_itself(tmp_path: Path) -> None:
    write_study(tmp_path, endpoint_rules_csv=("OS,death,event,death", "OS,death,event,progression"))
    (tmp_path / "facts.csv").write_text(
        "fact,label,domain,date,take,value,known_by,description\n"
        "progression,Progression,TR,TRDTC,last,,,\n",
        encoding="utf-8",
    )
    (tmp_path / "fact_conditions.csv").write_text(
        "trial_id,fact,condition_order,kind,name,operator,value\n"
        ",progression,1,variable,TRSTRESN,>,20\n",
        encoding="utf-8",
    )
    (fact,) = load_study(tmp_path).facts
    assert (fact.domain, fact.take, len(fact.conditions)) == ("TR", "last", 1)


def test_a_vocabulary_gives_terms_and_the_order_of_responses(tmp_path: Path) -> None:
    study = load_study(with_vocabulary(tmp_path, '["RECIST 1.1"]'))
    assert study.parameters.response_order == (
        *("CR", "PR", "SD", "non-CR/non-PD", "progression", "not_evaluable"),
    )
    assert study.parameters.remission_terms == ("CR", "PR")
    assert {(term.wording, term.value) for term in study.terms} >= {
        ("SD", "SD"),
        ("PD", "progression"),
        ("NON-CR/NON-PD", "non-CR/non-PD"),
    }


def test_a_wording_of_the_study_comes_before_that_of_the_vocabulary(tmp_path: Path) -> None:
    study = load_study(
        with_vocabulary(tmp_path, '["RECIST 1.1"]', ",RS,OVRLRESP,ne,response,SD,\n")
    )
    assert [term.value for term in study.terms if term.wording in ("ne", "NE")] == ["SD"]


def test_vocabularies_are_taken_together(tmp_path: Path) -> None:
    study = load_study(with_vocabulary(tmp_path, '["iRECIST", "RECIST 1.1"]'))
    assert study.parameters.response_order[:2] == ("iCR", "iPR")
    assert study.parameters.response_order.count("progression") == 1
    assert [term.wording for term in study.terms].count("NE") == 1


@pytest.mark.parametrize("name", ["RECIST 1.1", "iRECIST", "Lugano", "IMWG", "AML ELN", "ALL"])
def test_every_vocabulary_ranks_its_responses(name: str, tmp_path: Path) -> None:
    vocabulary = read_vocabularies()[name]
    assert set(vocabulary.remissions) < set(vocabulary.responses)
    assert {"progression", "not_evaluable"} <= set(vocabulary.responses)
    assert vocabulary.responses[-1] == "not_evaluable"
    load_study(with_vocabulary(tmp_path, f'["{name}"]'))


def test_a_mistake_is_a_sentence(tmp_path: Path) -> None:
    assert refusal(with_vocabulary(tmp_path, '["RECIST"]')) == (
        "study.toml: unknown vocabulary 'RECIST' (did you mean 'iRECIST'?); use RECIST 1.1, "
        "iRECIST, Lugano, IMWG, AML ELN or ALL."
    )


def test_an_order_of_the_studys_own_ranks_the_vocabulary(tmp_path: Path) -> None:
    folder = with_vocabulary(tmp_path, '["RECIST 1.1"]')
    text = (folder / "study.toml").read_text(encoding="utf-8")
    (folder / "study.toml").write_text(
        text.replace("[parameters]", '[parameters]\nresponse_order = ["CR", "PR", "progression"]'),
        encoding="utf-8",
    )
    assert refusal(folder) == (
        "study.toml [parameters]: response_order does not rank 'SD', a response of the vocabulary "
        "RECIST 1.1; add it, or remove response_order to use the vocabulary's order."
    )
