"""The line of a record is the one a text editor shows, whatever stands between the records."""

from pathlib import Path

import pytest
from loaded import EX, loaded, rows, study, write

from analytics.ingest import IngestError, load_raw
from analytics.study.specification import SamePerson
from analytics.warehouse import connect

HEADER = "STUDYID,USUBJID,MHTERM\n"
EVERY_RECORD = (
    "select records.src_row, "
    "coalesce(own_line.line, first_line.line + records.src_row - 1) as line "
    "from raw.sdtm_mh as records "
    "left join raw.ingest_line as own_line using (src_file, src_row) "
    "left join raw.ingest_line as first_line "
    "on records.src_file = first_line.src_file and first_line.src_row = 1 order by 1"
)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (HEADER + "T1,A,x\nT1,B,y\n", [2, 3]),
        (HEADER + "T1,A,x\nT1,B,y", [2, 3]),
        (HEADER.replace("\n", "\r\n") + "T1,A,x\r\nT1,B,y\r\n", [2, 3]),
        ("\ufeff" + HEADER + "T1,A,x\n", [2]),
        (HEADER + 'T1,A,"two\nlines"\nT1,B,y\nT1,C,z\n', [2, 4, 5]),
        (HEADER + "\nT1,A,x\n\n\nT1,B,y\n", [3, 6]),
        ('STUDYID,USUBJID,"MHTERM"\nT1,A,"a\r\nb\r\nc"\nT1,B,y\n', [2, 5]),
        (HEADER.replace(",", ";") + 'T1;A;"x\ny"\nT1;B;y\n', [2, 4]),
    ],
)
def test_a_record_begins_on_its_line(tmp_path: Path, text: str, lines: list[int]) -> None:
    dm = "STUDYID,USUBJID\nT1,A\nT1,B\n"
    write(tmp_path, {"dm.csv": dm, "ex.csv": EX, "mh.csv": text})
    connection, _ = loaded(tmp_path)
    assert rows(connection, EVERY_RECORD) == list(enumerate(lines, start=1))


def test_a_file_whose_records_follow_one_per_line_is_told_by_its_first(tmp_path: Path) -> None:
    dm = "STUDYID,USUBJID\n" + "T1,A\n" * 1000
    write(tmp_path, {"dm.csv": dm, "ex.csv": EX})
    connection, _ = loaded(tmp_path)
    of_dm = "select src_row, line from raw.ingest_line where src_file = 'sdtm/T1/dm.csv'"
    assert rows(connection, of_dm) == [(1, 2)]


def test_a_subject_whom_no_file_knows_is_the_same_as_nobody(tmp_path: Path) -> None:
    write(tmp_path, {"dm.csv": "STUDYID,USUBJID\nT1,A\n", "ex.csv": EX})
    persons = (SamePerson(person="X", usubjid="A"), SamePerson(person="X", usubjid="B"))
    specification = study(tmp_path).model_copy(update={"same_persons": persons})
    with connect(":memory:") as connection, pytest.raises(IngestError) as caught:
        load_raw(specification, connection)
    assert str(caught.value) == (
        "same_person.csv names the subject 'B', but no DM or ADSL file has it; correct the line or "
        "remove it."
    )
