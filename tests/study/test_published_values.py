from pathlib import Path

import pytest

from analytics.study import StudyError
from analytics.study.published import PublishedValue, load_published

REPORTED = "id,value,n,percent,source\nA,7.5,,,Table 1\nB,,27,62.8,Table 2\n"
HEADER = "published_id,quantity,kind,table,filters,column,transform,note\n"
PLACE = "survival_rate,analysis_id=os;level=>=2,estimate,percent"
B_N = f"B,n,computed,{PLACE},\n"


def write(folder: Path, concordance: str) -> Path:
    (folder / "published").mkdir()
    (folder / "published" / "results.csv").write_text(REPORTED, encoding="utf-8")
    (folder / "published" / "concordance.csv").write_text(HEADER + concordance, encoding="utf-8")
    return folder


def refusal(folder: Path) -> str:
    with pytest.raises(StudyError) as caught:
        load_published(folder)
    return str(caught.value)


def test_study_without_published_values_has_none(tmp_path: Path) -> None:
    assert load_published(tmp_path) == ()


def test_value_keeps_its_printed_text_and_finds_its_cell(tmp_path: Path) -> None:
    values = load_published(write(tmp_path, f"A,value,cited,,,,,old\n{B_N}"))
    assert values == (
        PublishedValue(
            published_id="A",
            quantity="value",
            kind="cited",
            source="Table 1",
            published="7.5",
            note="old",
        ),
        PublishedValue(
            published_id="B",
            quantity="n",
            kind="computed",
            source="Table 2",
            published="27",
            table="survival_rate",
            filters=(("analysis_id", "os"), ("level", ">=2")),
            column="estimate",
            transform="percent",
        ),
    )


MISTAKES = {
    "id that no file has": (
        "A,value,cited,,,,,\nC,value,cited,,,,,\n",
        "concordance.csv line 3: unknown published id 'C'; use A or B.",
    ),
    "id that is not listed": (
        "A,value,cited,,,,,\n",
        "concordance.csv: B of results.csv is not listed; add a row that says where the results "
        "hold it, or that it is cited.",
    ),
    "quantity that is not printed": (
        "A,percent,cited,,,,,\n",
        "concordance.csv line 2: A has no percent in results.csv; name a column that holds its "
        "value.",
    ),
    "value twice": (
        B_N + B_N,
        "concordance.csv line 3: the n of B is listed twice; remove one.",
    ),
    "unknown kind": (
        "A,value,guess,,,,,\n",
        "concordance.csv line 2: unknown kind 'guess'; use computed, definition, cited, "
        "misprint or derived.",
    ),
    "computed without a place": (
        "A,value,computed,,,,,\n",
        "concordance.csv line 2: column 'table' is empty; give it a value.",
    ),
    "cited with a place": (
        f"A,value,cited,{PLACE},\n",
        "concordance.csv line 2: a cited value is not compared with a result; leave table empty.",
    ),
    "unknown transform": (
        "A,value,computed,survival_rate,analysis_id=os,estimate,halved,\n",
        "concordance.csv line 2: unknown transform 'halved'; use none, percent, nearest_third or "
        "below_ and a number.",
    ),
    "filter without a value": (
        "A,value,computed,survival_rate,analysis_id,estimate,none,\n",
        "concordance.csv line 2: the filter 'analysis_id' is not column=value; separate filters "
        "with ;.",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistake_in_the_concordance_is_a_sentence(mistake: str, tmp_path: Path) -> None:
    rows, sentence = MISTAKES[mistake]
    assert refusal(write(tmp_path, rows)) == sentence


def test_reported_values_in_another_encoding_are_a_sentence(tmp_path: Path) -> None:
    (write(tmp_path, B_N) / "published/results.csv").write_bytes(
        "id,note\nA,R\xfcckfall\n".encode("latin-1")
    )
    assert refusal(tmp_path) == "results.csv is not UTF-8 text; save it as UTF-8."


def test_reported_values_with_an_open_quote_are_a_sentence(tmp_path: Path) -> None:
    (write(tmp_path, B_N) / "published/results.csv").write_text(
        'id,note\nA,"open\n', encoding="utf-8"
    )
    assert refusal(tmp_path) == (
        "results.csv is not valid CSV (unexpected end of data); fix its quotes."
    )
