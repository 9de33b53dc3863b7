"""The files of a trial of the kind adam: which are read, and what is asked of them."""

from pathlib import Path

import pytest
from adam_study import FILES

from analytics.ingest import IngestError, load_raw
from analytics.study import load_study
from analytics.warehouse import connect

ADSL = "STUDYID,USUBJID,AGE,SEX,ITTFL\nA1,A,61,F,Y\nA1,B,62,M,Y\n"
ADTTE = (
    "STUDYID,USUBJID,PARAMCD,AVAL,AVALU,CNSR,EVNTDESC\n"
    "A1,A,OS,5,DAYS,0,Death\nA1,B,OS,7,DAYS,2,Lost  to follow-up\n"
)
INTERVALS = "STUDYID,USUBJID,PARAMCD,TSTART,TSTOP,HSCT\nA1,A,OS,0,5,N\n"


def written(folder: Path, **files: str) -> Path:
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "adam").mkdir()
    held = {"adsl.csv": ADSL, "adtte.csv": ADTTE, "adtteint.csv": INTERVALS, **files}
    for name, text in held.items():
        if text:
            (folder / "adam" / name).write_text(text, encoding="utf-8")
    return folder


def refused(folder: Path) -> tuple[str, ...]:
    with connect(":memory:") as connection, pytest.raises(IngestError) as caught:
        load_raw(load_study(folder), connection)
    return caught.value.sentences


def test_the_datasets_are_loaded_as_they_stand(tmp_path: Path) -> None:
    written(tmp_path, **{"adae.csv": "STUDYID,USUBJID\nA1,A\n"})
    with connect(":memory:") as connection:
        files = load_raw(load_study(tmp_path), connection)
        assert [(file.src_domain, file.n_rows) for file in files] == [
            ("ADSL", 2),
            ("ADTTE", 2),
            ("ADTTEINT", 1),
        ]
        rows = connection.sql(
            "select src_domain, src_row, kind, name, variable, value from raw.adam_value "
            "order by all"
        ).fetchall()
        unused = connection.sql("select src_file, note from raw.ingest_unused").fetchall()
    assert rows[:2] == [
        ("ADSL", 1, "factor", "age", "AGE", "61"),
        ("ADSL", 1, "factor", "sex", "SEX", "F"),
    ]
    assert rows[-1] == ("ADTTEINT", 1, "factor", "hsct", "HSCT", "N")
    assert unused == [("adam/adae.csv", None)]


def test_adtte_may_come_in_parts_of_any_name(tmp_path: Path) -> None:
    more = "STUDYID,USUBJID,PARAMCD,AVAL,CNSR\nA1,A,PFS,4,0\n"
    written(tmp_path, **{"adtte.csv": "", "adtte_onco.csv": ADTTE, "adttepfs.csv": more})
    with connect(":memory:") as connection:
        files = load_raw(load_study(tmp_path), connection)
    assert [file.src_domain for file in files] == ["ADSL", "ADTTE", "ADTTEINT", "ADTTE"]


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        (
            "adtte.csv",
            "",
            "adam has no ADTTE file, which every trial of the kind adam needs; add adtte.csv or "
            "another format of it.",
        ),
        (
            "adtte.csv",
            ADTTE.replace("CNSR", "CENSOR"),
            "adam/adtte.csv has no variable CNSR, which every record needs; add it, or check that "
            "the first line names the variables.",
        ),
        (
            "adsl.csv",
            ADSL.replace("SEX", "SEXX"),
            "adam_names.csv: factor 'sex' is the variable SEX, but no ADSL has it (did you mean "
            "'SEXX'?); correct the line.",
        ),
        (
            "adtteint.csv",
            "",
            "adam_names.csv: factor 'hsct' is the variable HSCT of ADTTEINT, but no trial has that "
            "dataset; add its file, or remove the line.",
        ),
        (
            "adtte.csv",
            ADTTE.replace("OS", "OSX"),
            "endpoints.csv: no row of ADTTE has the PARAMCD 'OS' (did you mean 'OSX'?); correct it "
            "or remove the endpoint.",
        ),
    ],
)
def test_what_is_missing_is_one_sentence(
    tmp_path: Path, name: str, text: str, sentence: str
) -> None:
    assert refused(written(tmp_path, **{name: text})) == (sentence,)


def test_a_line_of_adam_events_that_no_row_meets_is_refused(tmp_path: Path) -> None:
    written(tmp_path)
    (tmp_path / "adam_events.csv").write_text(
        "paramcd,cnsr,evntdesc,role\nOS,2,LOST TO FOLLOW-UP,competing\nOS,1,Lost,competing\n",
        encoding="utf-8",
    )
    assert refused(tmp_path) == (
        "adam_events.csv line 3: no row of ADTTE has the PARAMCD OS with CNSR 1 and EVNTDESC Lost; "
        "correct the line or remove it.",
    )
