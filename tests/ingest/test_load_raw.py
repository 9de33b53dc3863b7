"""`raw` holds what stands in the files, and says where it stands."""

import csv
import io
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from loaded import DM, EX, rows, trial, write
from loaded import study as study_of

from analytics.ingest import IngestedFile, IngestError, load_raw
from analytics.study.specification import StudySpecification
from analytics.warehouse import connect


def study(folder: Path, *trial_ids: str) -> StudySpecification:
    names = trial_ids or ("T1",)
    return study_of(folder, *(trial(name, order=order) for order, name in enumerate(names, 1)))


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    return connect(":memory:")


def refusal(folder: Path, connection: duckdb.DuckDBPyConnection) -> str:
    with pytest.raises(IngestError) as caught:
        load_raw(study(folder), connection)
    return str(caught.value)


def test_value_arrives_as_it_stands_in_the_file(
    tmp_path: Path, connection: duckdb.DuckDBPyConnection
) -> None:
    values = ["NA", "007", " spaced ", "1e3", "TRUE", "2012-05", "null", "0.10", "ä", "'"]
    text = "STUDYID,DOMAIN,USUBJID,LBORRES\n" + "".join(f"T1,LB,T1-1,{v}\n" for v in values)
    write(tmp_path, {"dm.csv": DM, "ex.csv": EX, "lb.csv": text})
    load_raw(study(tmp_path), connection)
    assert rows(connection, "select src_row, lborres from raw.sdtm_lb order by src_row") == [
        (number, value) for number, value in enumerate(values, start=1)
    ]


def test_record_says_where_it_stands(tmp_path: Path, connection: duckdb.DuckDBPyConnection) -> None:
    write(tmp_path, {"DM.csv": DM, "ex.csv": EX})
    load_raw(study(tmp_path), connection)
    assert rows(
        connection,
        "select src_trial, src_domain, src_file, src_row, usubjid, age from raw.sdtm_dm",
    ) == [
        ("T1", "DM", "sdtm/T1/DM.csv", 1, "T1-1", "38"),
        ("T1", "DM", "sdtm/T1/DM.csv", 2, "T1-2", "41"),
    ]


def test_absent_variables_are_null_and_extra_ones_are_kept(
    tmp_path: Path, connection: duckdb.DuckDBPyConnection
) -> None:
    write(tmp_path, {"dm.csv": "USUBJID,STUDYID,SITEX\nT1-1,T1,9\n", "ex.csv": EX})
    load_raw(study(tmp_path), connection)
    assert rows(connection, "select studyid, usubjid, age, sitex from raw.sdtm_dm") == [
        ("T1", "T1-1", None, "9")
    ]


def test_domain_without_a_file_is_an_empty_table(
    tmp_path: Path, connection: duckdb.DuckDBPyConnection
) -> None:
    write(tmp_path, {"dm.csv": DM, "ex.csv": EX})
    load_raw(study(tmp_path), connection)
    assert rows(connection, "select count(gftestcd), count(*) from raw.sdtm_gf") == [(0, 0)]


def test_trials_are_put_together_by_name_of_variable(
    tmp_path: Path, connection: duckdb.DuckDBPyConnection
) -> None:
    write(tmp_path, {"dm.csv": DM, "ex.csv": EX})
    write(
        tmp_path,
        {
            "dm.csv": "AGE,USUBJID,STUDYID,RACE\n50,T2-1,T2,WHITE\n",
            "ex.csv": "STUDYID,USUBJID\nT2,T2-1\n",
        },
        trial_id="T2",
    )
    load_raw(study(tmp_path, "T1", "T2"), connection)
    assert rows(connection, "select src_trial, usubjid, age, race from raw.sdtm_dm") == [
        ("T1", "T1-1", "38", None),
        ("T1", "T1-2", "41", None),
        ("T2", "T2-1", "50", "WHITE"),
    ]


def test_every_supplemental_file_goes_to_one_table(
    tmp_path: Path, connection: duckdb.DuckDBPyConnection
) -> None:
    supp = "STUDYID,RDOMAIN,USUBJID,QNAM,QVAL\nT1,{0},T1-1,SITE,{0}\n"
    write(
        tmp_path,
        {
            "dm.csv": DM,
            "ex.csv": EX,
            "suppdm.csv": supp.format("DM"),
            "SUPPRS.csv": supp.format("RS"),
        },
    )
    load_raw(study(tmp_path), connection)
    assert rows(connection, "select src_file, src_row, rdomain, qval from raw.sdtm_supp") == [
        ("sdtm/T1/suppdm.csv", 1, "DM", "DM"),
        ("sdtm/T1/SUPPRS.csv", 1, "RS", "RS"),
    ]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("STUDYID,USUBJID,MHTERM\n", 0),
        ("STUDYID,USUBJID,MHTERM", 0),
        ("STUDYID,USUBJID,MHTERM\nT1,A,x", 1),
        ("STUDYID,USUBJID,MHTERM\r\nT1,A,x\r\nT1,B,y\r\n", 2),
        ('STUDYID,USUBJID,MHTERM\nT1,A,"two\nlines"\nT1,B,"a ""quote"", and comma"\n', 2),
        ("\ufeffSTUDYID,USUBJID,MHTERM\nT1,A,x\n", 1),
        ("STUDYID,USUBJID,MHTERM\nT1,A,\nT1,,\n,,\n", 3),
        ('STUDYID,USUBJID,MHTERM\nT1,A,"first"\n' + "T1,B,x\n" * 5000 + 'T1,C,"a\nb"\n', 5002),
    ],
)
def test_number_of_records_read_is_exact(
    text: str, count: int, tmp_path: Path, connection: duckdb.DuckDBPyConnection
) -> None:
    write(tmp_path, {"dm.csv": DM, "ex.csv": EX, "mh.csv": text})
    read = {file.src_domain: file.n_rows for file in load_raw(study(tmp_path), connection)}
    assert read["MH"] == count
    assert rows(connection, "select count(*), count(distinct src_row) from raw.sdtm_mh") == [
        (count, count)
    ]


def test_line_break_and_quote_inside_a_value_are_kept(
    tmp_path: Path, connection: duckdb.DuckDBPyConnection
) -> None:
    text = 'STUDYID,USUBJID,MHTERM\nT1,A,"two\nlines"\nT1,B,"a ""quote"", and comma"\n'
    write(tmp_path, {"dm.csv": DM, "ex.csv": EX, "mh.csv": text})
    load_raw(study(tmp_path), connection)
    assert rows(connection, "select mhterm from raw.sdtm_mh order by src_row") == [
        ("two\nlines",),
        ('a "quote", and comma',),
    ]


def test_blank_lines_are_no_records(tmp_path: Path, connection: duckdb.DuckDBPyConnection) -> None:
    text = "STUDYID,USUBJID,MHTERM\n\nT1,A,x\n\r\n\nT1,B,y\n\n"
    write(tmp_path, {"dm.csv": DM, "ex.csv": EX, "mh.csv": text})
    load_raw(study(tmp_path), connection)
    assert rows(connection, "select src_row, usubjid from raw.sdtm_mh") == [(1, "A"), (2, "B")]


def test_quote_after_a_space_or_inside_a_value_is_part_of_it(
    tmp_path: Path, connection: duckdb.DuckDBPyConnection
) -> None:
    text = 'STUDYID,USUBJID,MHTERM\nT1,A, "x"\nT1,B,5" mass\n'
    write(tmp_path, {"dm.csv": DM, "ex.csv": EX, "mh.csv": text})
    load_raw(study(tmp_path), connection)
    assert rows(connection, "select mhterm from raw.sdtm_mh") == [(' "x"',), ('5" mass',)]


VALUES = st.text(alphabet=st.sampled_from('ab ,"\n\r;\tNA0.1é\u2028'), max_size=6)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(VALUES, VALUES), min_size=1, max_size=8))
def test_whatever_is_written_is_read_back(tmp_path: Path, written: list[tuple[str, str]]) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["STUDYID", "USUBJID", "MHTERM", "MHDECOD"])
    writer.writerows([("T1", "A", *values) for values in written])
    write(tmp_path, {"dm.csv": DM, "ex.csv": EX, "mh.csv": text.getvalue()})
    connection = connect(":memory:")
    load_raw(study(tmp_path), connection)
    read = rows(connection, "select mhterm, mhdecod from raw.sdtm_mh order by src_row")
    assert [(a or "", b or "") for a, b in read] == written


def test_parquet_values_become_their_text_in_file_order(
    tmp_path: Path, connection: duckdb.DuckDBPyConnection
) -> None:
    place = write(tmp_path, {"dm.csv": DM, "ex.csv": EX})
    duckdb.execute(f"""
        copy (
            select 'T1' as "STUDYID", 'T1-' || i as "USUBJID", i as "LBSEQ",
                if(i = 2, null, ' 01') as "LBORRES", date '2012-05-01' + i::int as "LBDTC"
            from range(1, 4) as t(i) order by i
        ) to '{place / "lb.parquet"}' (format parquet)
    """)
    load_raw(study(tmp_path), connection)
    assert rows(connection, "select src_row, lbseq, lborres, lbdtc from raw.sdtm_lb") == [
        (1, "1", " 01", "2012-05-02"),
        (2, "2", None, "2012-05-03"),
        (3, "3", " 01", "2012-05-04"),
    ]


def test_files_are_listed_with_their_digests(
    tmp_path: Path, connection: duckdb.DuckDBPyConnection
) -> None:
    write(tmp_path, {"dm.csv": DM, "ex.csv": EX})
    files = load_raw(study(tmp_path), connection)
    assert files[0] == IngestedFile(
        "T1",
        "DM",
        "sdtm/T1/dm.csv",
        2,
        # as sha256sum prints it
        "1da8d9f9fbcc7478a8144891b24d03cbd978f52394ffc4271e60cdd98362457b",
    )
    assert rows(connection, "select * from raw.ingest_file") == [
        (file.src_trial, file.src_domain, file.src_file, file.n_rows, file.sha256) for file in files
    ]


def test_notes_and_hidden_files_are_passed_over(
    tmp_path: Path, connection: duckdb.DuckDBPyConnection
) -> None:
    write(tmp_path, {"dm.csv": DM, "ex.csv": EX, "README.txt": "x", "notes.md": "x", ".a": "x"})
    assert [file.src_domain for file in load_raw(study(tmp_path), connection)] == ["DM", "EX"]


REFUSED = {
    "no DM": (
        {"ex.csv": EX},
        "sdtm/T1 has no DM file, which every trial needs; add dm.csv or another format of it.",
    ),
    "no EX": (
        {"dm.csv": DM},
        "sdtm/T1 has no EX file, which every trial needs; add ex.csv or another format of it.",
    ),
    "DM under another name": (
        {"demog.csv": DM, "T1-dm.csv": DM, "ex.csv": EX},
        "sdtm/T1 has no DM file, which every trial needs; if sdtm/T1/demog.csv or "
        "sdtm/T1/T1-dm.csv contains it, name that dm, else add dm.csv or another format of it.",
    ),
    "needed domain in a format that is not read": (
        {"dm.docx": "", "ex.csv": EX},
        "sdtm/T1/dm.docx is in a format that Plateau does not read; convert it to one of .csv, "
        ".tsv, .txt, "
        ".parquet, .xpt, .sas7bdat, .json, .ndjson or move it out of the trial's folder.",
    ),
    "unknown format": (
        {"dm.csv": DM, "ex.csv": EX, "lb.xlsx": ""},
        "sdtm/T1/lb.xlsx is in a format that Plateau does not read; convert it to one of .csv, "
        ".tsv, .txt, "
        ".parquet, .xpt, .sas7bdat, .json, .ndjson or move it out of the trial's folder.",
    ),
    "domain twice": (
        {"dm.csv": DM, "ex.csv": EX, "DM.tsv": DM.replace(",", "\t")},
        "sdtm/T1/dm.csv and sdtm/T1/DM.tsv both hold DM of trial T1; keep one of them.",
    ),
    "empty file": (
        {"dm.csv": "", "ex.csv": EX},
        "sdtm/T1/dm.csv has no header; its first line must name the variables.",
    ),
    "no header": (
        {"dm.csv": "T1,DM,T1-1,38\n", "ex.csv": EX},
        "sdtm/T1/dm.csv: column 3 is named 'T1-1', which is not a variable name; the first line "
        "must "
        "name the variables in letters, digits and underscores.",
    ),
    "header without the keys": (
        {"dm.csv": "DOMAIN,USUBJID\nDM,T1-1\n", "ex.csv": EX},
        "sdtm/T1/dm.csv has no variable STUDYID, which every record needs; add it, or check that "
        "the first line names the variables.",
    ),
    "variable twice": (
        {"dm.csv": "STUDYID,USUBJID,AGE,age\nT1,T1-1,1,2\n", "ex.csv": EX},
        "sdtm/T1/dm.csv: variable AGE occurs twice; remove one.",
    ),
    "name of our own": (
        {"dm.csv": "STUDYID,USUBJID,SRC_ROW\nT1,T1-1,1\n", "ex.csv": EX},
        "sdtm/T1/dm.csv: the name SRC_ROW is reserved for the origin of a record; rename it.",
    ),
    "too few values": (
        {"dm.csv": DM + "T1,DM,T1-3\n", "ex.csv": EX},
        "sdtm/T1/dm.csv line 4 has 3 values, but the header has 4 variables; check its "
        "delimiters and quotes.",
    ),
    "too many values": (
        {"dm.csv": DM + "T1,DM,T1-3,40,x\n", "ex.csv": EX},
        "sdtm/T1/dm.csv line 4 has 5 values, but the header has 4 variables; check its "
        "delimiters and quotes.",
    ),
    "open quote": (
        {"dm.csv": DM + 'T1,DM,"T1-3,40\n', "ex.csv": EX},
        "sdtm/T1/dm.csv line 4 has a quote that is not closed or not doubled; fix it.",
    ),
    "text after a quote": (
        {"dm.csv": DM + 'T1,DM,"T1"-3,40\n', "ex.csv": EX},
        "sdtm/T1/dm.csv line 4 has a quote that is not closed or not doubled; fix it.",
    ),
    "another trial's records": (
        {"dm.csv": DM.replace("T1,", "T2,"), "ex.csv": EX},
        "sdtm/T1/dm.csv has the STUDYID 'T2', but study.toml calls this trial 'T1'; "
        "correct trial_id or move the file to its own trial.",
    ),
    "no Parquet inside": (
        {"dm.csv": DM, "ex.csv": EX, "lb.parquet": "STUDYID"},
        "sdtm/T1/lb.parquet cannot be read as Parquet",
    ),
}


@pytest.mark.parametrize("mistake", REFUSED)
def test_file_that_cannot_be_read_is_refused_in_a_sentence(
    mistake: str, tmp_path: Path, connection: duckdb.DuckDBPyConnection
) -> None:
    files, sentence = REFUSED[mistake]
    write(tmp_path, files)
    if mistake == "no Parquet inside":
        assert refusal(tmp_path, connection).startswith(sentence)
    else:
        assert refusal(tmp_path, connection) == sentence


def test_other_encoding_is_refused(tmp_path: Path, connection: duckdb.DuckDBPyConnection) -> None:
    place = write(tmp_path, {"dm.csv": DM, "ex.csv": EX})
    (place / "dm.csv").write_bytes(DM.encode() + "T1,DM,T1-3,Größe\n".encode("latin-1"))
    assert refusal(tmp_path, connection) == (
        "sdtm/T1/dm.csv line 4 is not UTF-8 text; save it as UTF-8, or set "
        'encoding = "latin-1" (or windows-1252) for its trial in study.toml.'
    )


def test_missing_trial_folder_is_refused(
    tmp_path: Path, connection: duckdb.DuckDBPyConnection
) -> None:
    assert refusal(tmp_path, connection) == (
        "study.toml names the folder sdtm/T1 for trial T1, but it does not exist; put the "
        "trial's files into it or correct path."
    )


def test_refused_load_leaves_the_former_one_as_it_was(
    tmp_path: Path, connection: duckdb.DuckDBPyConnection
) -> None:
    place = write(tmp_path, {"dm.csv": DM, "ex.csv": EX})
    load_raw(study(tmp_path), connection)
    (place / "ex.csv").write_text(EX + "T1\n", encoding="utf-8")
    refusal(tmp_path, connection)
    assert rows(connection, "select count(*) from raw.sdtm_dm") == [(2,)]
