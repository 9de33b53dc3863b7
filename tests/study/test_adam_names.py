"""adam_names.csv: optional, checked line by line."""

from pathlib import Path

import pytest
from small_study import refusal, write_study

from analytics.study import load_study

HEADER = "kind,name,variable,label\n"


def study_with(folder: Path, lines: str) -> Path:
    write_study(folder)
    (folder / "adam_names.csv").write_text(HEADER + lines, encoding="utf-8")
    return folder


def test_a_study_may_leave_the_names_out(tmp_path: Path) -> None:
    assert load_study(write_study(tmp_path)).adam_names == ()


def test_factors_and_populations_are_named(tmp_path: Path) -> None:
    lines = "factor,blasts,BLASTGR1,Blasts in groups\npopulation,men,MALEFL,\n"
    names = load_study(study_with(tmp_path, lines)).adam_names
    assert [(item.kind, item.name, item.variable, item.label) for item in names] == [
        ("factor", "blasts", "BLASTGR1", "Blasts in groups"),
        ("population", "men", "MALEFL", None),
    ]


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (
            "endpoint,OS,OS,\n",
            "adam_names.csv line 2: unknown kind 'endpoint'; use factor, number, population or "
            "fact.",
        ),
        (
            "factor,blast,BLAST,\n",
            "adam_names.csv line 2: unknown factor 'blast' (did you mean 'blasts'?); use age, sex, "
            "blasts, cycles, mrd or hsct.",
        ),
        (
            "factor,blasts,BLASTGROUP,\n",
            "adam_names.csv line 2: 'BLASTGROUP' is not an ADaM variable name; use 1 to 8 "
            "capitals, digits or underscores, starting with a capital.",
        ),
        (
            "population,men,MALE,\n",
            "adam_names.csv line 2: 'MALE' is the flag of a population, so it must end in FL.",
        ),
        (
            "factor,blasts,BLAST,\nfactor,age,BLAST,\n",
            "adam_names.csv line 3: factor 'age' or variable BLAST is already on an earlier "
            "line; keep one of them.",
        ),
        (
            "factor,blasts,BLAST,\nfactor,blasts,BLASTS,\n",
            "adam_names.csv line 3: factor 'blasts' or variable BLASTS is already on an earlier "
            "line; keep one of them.",
        ),
        (
            f"factor,blasts,BLAST,{'ä' * 21}\n",
            f"adam_names.csv line 2: the label '{'ä' * 21}' has 42 bytes, but a SAS transport file "
            "allows 40; shorten it.",
        ),
    ],
)
def test_a_mistake_is_one_sentence(tmp_path: Path, lines: str, sentence: str) -> None:
    assert refusal(study_with(tmp_path, lines)) == sentence
