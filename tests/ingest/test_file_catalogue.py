"""What may be wrong with a file, one row each: it is read as it stands or refused in a sentence.

A row gives the files of a trial and either the sentence (its beginning where an engine's words
end it) or the records that MH then has. Whatever is refused leaves nothing behind.
"""

import io
import json
import os
import stat
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat
import pytest
from loaded import DM, EX, loaded, rows, trial, write
from written_trials import Domain, write_json, write_ndjson, write_sas7bdat, write_xpt

from analytics.ingest import IngestError
from analytics.study.specification import FileFormat

MH = "STUDYID,USUBJID,MHTERM\n"
HEADER = ("STUDYID", "USUBJID", "MHTERM")
PLACE = "sdtm/T1/"
LATIN = '; save it as UTF-8, or set encoding = "latin-1" (or windows-1252) '
LATIN += "for its trial in study.toml."

Content = str | bytes | Callable[[Path], object]


@dataclass(frozen=True)
class Case:
    """`content` of the file `name` beside good DM and EX files: its bytes, or what writes it."""

    content: Content
    outcome: str | list[tuple[str | None, ...]]
    name: str = "mh.csv"
    file_format: FileFormat | None = None

    @property
    def files(self) -> dict[str, FileFormat]:
        """What study.toml declares of the file."""
        return {} if self.file_format is None else {self.name: self.file_format}


def domain(*values: str | None, stem: str = "mh") -> Domain:
    return Domain(stem, HEADER, tuple(("T1", "A", value) for value in values))


def parquet(**columns: object) -> Callable[[Path], object]:
    return lambda path: pq.write_table(pa.table(columns), path)


def changed(
    writer: Callable[[Domain, Path], Path], change: Callable[[bytes], bytes]
) -> Callable[[Path], object]:
    def write_changed(path: Path) -> None:
        written = writer(domain("first", "second"), path.parent)
        written.write_bytes(change(written.read_bytes()))

    return write_changed


def json_with(**changes: object) -> bytes:
    content = {
        "datasetJSONVersion": "1.1.0",
        "records": 1,
        "columns": [{"name": name} for name in HEADER],
        "rows": [["T1", "A", "x"]],
    }
    return json.dumps({**content, **changes}).encode()


def two_datasets(path: Path) -> None:
    write_xpt(domain("first"), path.parent)
    member = path.read_bytes()
    start = member.index(b"HEADER RECORD*******MEMBER  HEADER")
    path.write_bytes(member + member[start:])


BIG = "x" * (10 << 20)

CASES = {
    # bytes and line ends
    "byte order mark": Case("\ufeff" + MH + "T1,A,x\n", [("A", "x")]),
    "UTF-16 with a mark": Case(
        (MH + "T1,A,x\n").encode("utf-16"), "mh.csv is UTF-16 text; save it as UTF-8."
    ),
    "UTF-16 without a mark": Case(
        (MH + "T1,A,x\n").encode("utf-16-le"),
        "mh.csv line 1 contains a NUL byte, so it is damaged or not text; save it again as "
        "UTF-8 text.",
    ),
    "Latin-1 not declared": Case(
        (MH + "T1,A,x\nT1,B,Größe\n").encode("latin-1"), f"mh.csv line 3 is not UTF-8 text{LATIN}"
    ),
    "Latin-1 far down": Case(
        (MH + "T1,A,x\n" * 9000 + "T1,B,ß\n").encode("latin-1"),
        f"mh.csv line 9002 is not UTF-8 text{LATIN}",
    ),
    "Latin-1 in the header": Case(
        "STUDYID,USUBJID,Größe\n".encode("latin-1"), f"mh.csv line 1 is not UTF-8 text{LATIN}"
    ),
    "Latin-1 declared": Case(
        (MH + "T1,A,Größe\n").encode("latin-1"),
        [("A", "Größe")],
        file_format=FileFormat(encoding="ISO-8859-1"),
    ),
    "UTF-8 declared as Latin-1": Case(
        MH + "T1,A,Größe\n",
        "mh.csv is UTF-8 text, but study.toml says ISO-8859-1; correct it, or give this file its "
        'own encoding = "utf-8" under [[trials.files]].',
        file_format=FileFormat(encoding="ISO-8859-1"),
    ),
    "byte that the declared encoding lacks": Case(
        MH.encode() + b"T1,A,\x81\n",
        "mh.csv line 2 is not CP1252 text, as study.toml says it is; correct encoding or the file.",
        file_format=FileFormat(encoding="CP1252"),
    ),
    "NUL byte": Case(
        MH + "T1,A,x\r\nT1,B,\0\n",
        "mh.csv line 3 contains a NUL byte, so it is damaged or not text; save it again as "
        "UTF-8 text.",
    ),
    "unpaired surrogate": Case(
        MH.encode() + b"T1,A,\xed\xa0\x80\n", f"mh.csv line 2 is not UTF-8 text{LATIN}"
    ),
    "CR alone": Case(MH.replace("\n", "\r") + "T1,A,x\rT1,B,y\r", [("A", "x"), ("B", "y")]),
    "CRLF": Case(MH.replace("\n", "\r\n") + "T1,A,x\r\n", [("A", "x")]),
    "quoted line breaks": Case(
        MH + 'T1,A,"one\ntwo\r\nthree"\nT1,B,y\n', [("A", "one\ntwo\r\nthree"), ("B", "y")]
    ),
    "no line end": Case(MH + "T1,A,x", [("A", "x")]),
    "empty file": Case("", "mh.csv has no header; its first line must name the variables."),
    "blank lines only": Case(
        "\n\n", "mh.csv has no header; its first line must name the variables."
    ),
    "header only": Case(MH, []),
    # cells and columns
    "short record": Case(
        MH + "T1,A,x\nT1,B\n",
        "mh.csv line 3 has 2 values, but the header has 3 variables; check its delimiters and "
        "quotes.",
    ),
    "long record": Case(
        MH + "T1,A,x,y\n",
        "mh.csv line 2 has 4 values, but the header has 3 variables; check its delimiters and "
        "quotes.",
    ),
    "quote not closed": Case(
        MH + 'T1,A,"x\nT1,B,y\n',
        "mh.csv line 2 has a quote that is not closed or not doubled; fix it.",
    ),
    "value of 10 MB": Case(MH + f"T1,A,{BIG}\n", [("A", BIG)]),
    "quoted value of 10 MB": Case(MH + f'T1,A,"{BIG}"\n', [("A", BIG)]),
    "value of 40 MB": Case(
        MH + f"T1,A,{BIG * 4}\n",
        "mh.csv line 2 contains a value longer than 16 MB; shorten it or close its quote.",
    ),
    "100,000 columns": Case(
        "STUDYID,USUBJID," + ",".join(f"V{n}" for n in range(100_000)) + "\n",
        "mh.csv has 100002 variables, but a file may have at most 2000; check its delimiters "
        "and line ends.",
    ),
    "column twice": Case(
        "STUDYID,USUBJID,MHTERM,mhterm\n", "mh.csv: variable MHTERM occurs twice; remove one."
    ),
    "column without a name": Case(
        "STUDYID,USUBJID,,MHTERM\n",
        "mh.csv: column 3 is named '', which is not a variable name; the first line must name the "
        "variables in letters, digits and underscores.",
    ),
    "unknown column": Case(MH.replace("MHTERM", "MHTERM,SITEX") + "T1,A,x,9\n", [("A", "x")]),
    "missing column": Case("STUDYID,USUBJID\nT1,A\n", [("A", None)]),
    "reordered columns": Case("MHTERM,USUBJID,STUDYID\nx,A,T1\n", [("A", "x")]),
    "formula": Case(MH + "T1,A,=cmd|' /C calc'!A0\n", [("A", "=cmd|' /C calc'!A0")]),
    "SQL quotes": Case(
        MH + "T1,A,'); drop table raw.sdtm_dm; --\n", [("A", "'); drop table raw.sdtm_dm; --")]
    ),
    "two delimiters": Case(
        "STUDYID,USUBJID;MHTERM\n",
        "mh.csv: the header contains more than one delimiter (comma and semicolon); remove one, or "
        "name delimiter for its trial in study.toml.",
    ),
    "another delimiter than declared": Case(
        MH,
        "mh.csv: column 1 is named 'STUDYID,USUBJID,MHTERM', which is not a variable name; the "
        "first "
        "line must name the variables in letters, digits and underscores.",
        file_format=FileFormat(delimiter=";"),
    ),
    "no delimiter": Case(
        "STUDYID USUBJID MHTERM\n",
        "mh.csv: column 1 is named 'STUDYID USUBJID MHTERM', which is not a variable name; the "
        "first "
        "line must name the variables in letters, digits and underscores.",
    ),
    # Parquet
    "Parquet of the wrong schema": Case(
        parquet(SUBJECT=["A"]),
        "mh.parquet has no variable STUDYID, which every record needs; add it, or check that the "
        "first line names the variables.",
        "mh.parquet",
    ),
    "Parquet of lists": Case(
        parquet(STUDYID=["T1"], USUBJID=["A"], MHTERM=[["x"]]),
        "mh.parquet: variable MHTERM is of type list<element: string>; SDTM values are texts, "
        "numbers or dates, so write it as text.",
        "mh.parquet",
    ),
    "Parquet of bytes": Case(
        parquet(STUDYID=["T1"], USUBJID=["A"], MHTERM=[b"x"]),
        "mh.parquet: variable MHTERM is of type binary; SDTM values are texts, numbers or dates, "
        "so write it as text.",
        "mh.parquet",
    ),
    "no Parquet inside": Case("STUDYID", "mh.parquet cannot be read as Parquet (", "mh.parquet"),
    "Parquet without rows": Case(
        parquet(STUDYID=pa.array([], "string"), USUBJID=pa.array([], "string")), [], "mh.parquet"
    ),
    # SAS
    "XPT": Case(changed(write_xpt, bytes), [("A", "first"), ("A", "second")], "mh.xpt"),
    "XPT cut inside a record": Case(
        changed(write_xpt, lambda content: content[:-100]),
        "mh.xpt is 1180 bytes long, but a SAS transport file consists of records of 80 bytes, "
        "so it is truncated or damaged; export it again.",
        "mh.xpt",
    ),
    "XPT cut inside the header": Case(
        changed(write_xpt, lambda content: content[:800]),
        "mh.xpt cannot be read as SAS XPORT (",
        "mh.xpt",
    ),
    "XPT of two datasets": Case(
        two_datasets,
        "mh.xpt holds 2 datasets; export each to its own transport file.",
        "mh.xpt",
    ),
    "XPT in Latin-1, not declared": Case(
        changed(write_xpt, lambda content: content.replace(b"second", b"sec\xf6nd")),
        "mh.xpt: record 2 is not UTF-8 text; set "
        'encoding = "latin-1" (or windows-1252) for its trial in study.toml.',
        "mh.xpt",
    ),
    "no XPT inside": Case("STUDYID" * 80, "mh.xpt cannot be read as SAS XPORT (", "mh.xpt"),
    "SAS7BDAT": Case(
        changed(write_sas7bdat, bytes), [("A", "first"), ("A", "second")], "mh.sas7bdat"
    ),
    "SAS7BDAT cut short": Case(
        changed(write_sas7bdat, lambda content: content[: len(content) // 2]),
        "mh.sas7bdat cannot be read as SAS7BDAT (",
        "mh.sas7bdat",
    ),
    "no SAS7BDAT inside": Case(
        "STUDYID", "mh.sas7bdat cannot be read as SAS7BDAT (", "mh.sas7bdat"
    ),
    # Dataset-JSON
    "Dataset-JSON": Case(json_with(), [("A", "x")], "mh.json"),
    "Dataset-JSON by lines": Case(
        changed(write_ndjson, bytes), [("A", "first"), ("A", "second")], "mh.ndjson"
    ),
    "Dataset-JSON 1.0": Case(
        json_with(datasetJSONVersion="1.0.0"),
        "mh.json gives the datasetJSONVersion '1.0.0', but Plateau reads Dataset-JSON 1.1; export "
        "it in that version.",
        "mh.json",
    ),
    "Dataset-JSON with too few values": Case(
        json_with(rows=[["T1", "A"]]),
        "mh.json record 1 has 2 values instead of 3; export it again.",
        "mh.json",
    ),
    "Dataset-JSON with too few records": Case(
        json_with(records=2),
        "mh.json states 2 records but contains 1, so it is truncated or was changed; export it "
        "again.",
        "mh.json",
    ),
    "Dataset-JSON cut short": Case(json_with()[:-5], "mh.json is not valid JSON (", "mh.json"),
    "Dataset-JSON by lines, cut short": Case(
        changed(write_ndjson, lambda content: content[:-3]),
        "mh.ndjson line 3 is not valid JSON (",
        "mh.ndjson",
    ),
    "Dataset-JSON with NaN": Case(
        json_with(rows=[["T1", "A", float("nan")]]),
        "mh.json is not valid JSON (NaN is not a JSON number); export it again.",
        "mh.json",
    ),
    "Dataset-JSON with half a character": Case(
        json_with(rows=[["T1", "A", "\ud800"]]),
        "mh.json: records 1 to 1 contain half a character (an unpaired surrogate); "
        "export it again.",
        "mh.json",
    ),
    "Dataset-JSON with lists as values": Case(
        json_with(rows=[["T1", "A", ["x"]]]),
        "mh.json record 1 contains a list or an object instead of a text or a number; export it "
        "again.",
        "mh.json",
    ),
    "Dataset-JSON in Latin-1": Case(
        b'{"a": "\xf6"}',
        "mh.json is not UTF-8 text, which JSON must be; export it again.",
        "mh.json",
    ),
    "other JSON": Case(
        "[1]",
        "mh.json is not Dataset-JSON, which begins with an object of metadata; export it again.",
        "mh.json",
    ),
    "nested JSON": Case("[" * 100_000, "mh.json is not valid JSON (", "mh.json"),
    **{
        f"Dataset-JSON, records {stated!r}": Case(
            json_with(records=stated),
            f"mh.json {fact} its number of records, a whole number that Dataset-JSON 1.1 requires; "
            "export it again.",
            "mh.json",
        )
        for stated, fact in [
            (None, "does not state"),
            ("1", "states '1' as"),
            (1.0, "states 1.0 as"),
            (True, "states True as"),
        ]
    },
    "Dataset-JSON with rows twice": Case(
        json_with()[:-1] + b', "rows": []}',
        "mh.json is not valid JSON (the key 'rows' is there twice); export it again.",
        "mh.json",
    ),
    # names and places
    "file name with a control character": Case(
        "x",
        r"mh\x1b[2J.csv: the name has a control character or is not UTF-8; rename the file.",
        "mh\x1b[2J.csv",
    ),
    "file name over two lines": Case(
        "x",
        r"mh\n.csv: the name has a control character or is not UTF-8; rename the file.",
        "mh\n.csv",
    ),
    "file name in Latin-1": Case(
        "x",
        r"mh_gr\udcf6sse.csv: the name has a control character or is not UTF-8; rename the file.",
        os.fsdecode(b"mh_gr\xf6sse.csv"),
    ),
    "symbolic link to itself": Case(
        lambda path: path.symlink_to(path.name),
        "mh.csv is a link that leads to itself; put the file itself there.",
    ),
    "symbolic link out of the folder": Case(
        lambda path: path.symlink_to("/etc/hostname"),
        "mh.csv is a link to a place outside the trial's folder; put the file itself there.",
    ),
    "symbolic link to nothing": Case(
        lambda path: path.symlink_to("gone.csv"),
        "mh.csv is not a regular file; put the file itself there or remove it.",
    ),
    "symbolic link to a folder": Case(
        lambda path: path.symlink_to("."),
        "mh.csv is a link to a folder of the trial; the folder is read, so remove it.",
    ),
    "symbolic link to a folder elsewhere": Case(
        lambda path: path.symlink_to("/etc"),
        "mh.csv is a link to a place outside the trial's folder; put the file itself there.",
    ),
    "pipe": Case(
        os.mkfifo, "mh.csv is not a regular file; put the file itself there or remove it."
    ),
    "empty folder": Case(lambda path: path.mkdir(), []),
    "archive inside the folder": Case(
        "x",
        "mh.zip is an archive inside the trial; name it as the trial's path in study.toml, or "
        "unpack it.",
        "mh.zip",
    ),
    "file name with quotes": Case("x", [], "mh'; drop table x;--.csv"),
    "another domain's records": Case(
        "STUDYID,DOMAIN,USUBJID\nT1,,A\nT1,cm,B\n",
        "mh.csv has the DOMAIN 'CM', but the file is named for MH; name it for what it "
        "contains, or correct its records.",
    ),
    "part of a domain that holds another": Case(
        "STUDYID,DOMAIN,USUBJID,CMTRT\nT1,CM,A,x\nT1,CM,B,y\n",
        "mhxx.csv is named for a part of MH, but its records have the DOMAIN 'CM'; name it for "
        "what it contains, or give them their DOMAIN.",
        "mhxx.csv",
    ),
    "part of a domain that does not say so": Case(
        MH + "T1,A,x\n",
        "mhxx.csv is named for a part of MH, but its records have no matching DOMAIN; name it "
        "for what it contains, or give them their DOMAIN.",
        "mhxx.csv",
    ),
    "part of a domain without records": Case(MH, [], "mhxx.csv"),
}


def place_of(folder: Path, case: Case) -> None:
    place = write(folder, {"dm.csv": DM, "ex.csv": EX})
    if callable(case.content):
        case.content(place / case.name)
    else:
        write(folder, {case.name: case.content})


@pytest.mark.parametrize("what", CASES)
def test_file_is_read_as_it_stands_or_refused_in_a_sentence(what: str, tmp_path: Path) -> None:
    case = CASES[what]
    place_of(tmp_path, case)
    if isinstance(case.outcome, list):
        connection, _ = loaded(tmp_path, trial(files=case.files))
        assert rows(connection, "select usubjid, mhterm from raw.sdtm_mh") == case.outcome
        return
    with pytest.raises(IngestError) as caught:
        loaded(tmp_path, trial(files=case.files))
    sentence = str(caught.value)
    assert sentence.startswith(PLACE + case.outcome)
    assert sentence == PLACE + case.outcome or case.outcome.endswith("(")
    assert "\n" not in sentence
    assert sentence.endswith(".")


def test_copy_of_a_file_under_another_name_is_refused(tmp_path: Path) -> None:
    write(tmp_path, {"dm.csv": DM, "ex.csv": EX, "ex_2.csv": EX})
    with pytest.raises(IngestError) as caught:
        loaded(tmp_path)
    assert str(caught.value) == (
        "sdtm/T1/ex.csv and sdtm/T1/ex_2.csv are the same file, byte for byte; keep one of them."
    )


def test_xpt_cut_at_any_record_never_loses_one_in_silence(tmp_path: Path) -> None:
    """80 bytes are less than a record of 150: what is left of it is noticed."""
    place = write(tmp_path, {"dm.csv": DM, "ex.csv": EX})
    path = write_xpt(domain(*(str(n) * 140 for n in range(8))), place)
    whole = path.read_bytes()
    start = whole.index(b"HEADER RECORD*******OBS") + 80
    width = len("T1A") + 140
    for end in range(start, len(whole), 80):
        path.write_bytes(whole[:end])
        left = (end - start) % width
        try:
            connection, _ = loaded(tmp_path)
        except IngestError:
            continue
        assert left == 0 or end - start < width or not whole[end - left : end].strip()
        read = rows(connection, "select count(*) from raw.sdtm_mh")[0][0]
        assert read == (end - start) // width


ZIPPED = {"dm.csv": DM, "ex.csv": EX}


def zipped(folder: Path, change: Callable[[zipfile.ZipFile], object]) -> Path:
    path = folder / "t.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as content:
        for name, text in ZIPPED.items():
            content.writestr(name, text)
        change(content)
    return path


def link(content: zipfile.ZipFile) -> None:
    member = zipfile.ZipInfo("lb.csv")
    member.external_attr = (stat.S_IFLNK | 0o777) << 16
    content.writestr(member, "/etc/passwd")


def inner_archive(content: zipfile.ZipFile) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as other:
        other.writestr("lb.csv", MH)
    content.writestr("lb.zip", inner.getvalue())


ARCHIVES = {
    "path out of the archive": (
        lambda content: content.writestr("../../lb.csv", MH),
        "t.zip holds a member named '../../lb.csv', which points outside the archive; create "
        "the archive again with plain file names.",
    ),
    "absolute path": (
        lambda content: content.writestr("/tmp/lb.csv", MH),
        "t.zip holds a member named '/tmp/lb.csv', which points outside the archive; create the "
        "archive again with plain file names.",
    ),
    "link": (link, "t.zip/lb.csv is a link or a device; put the file itself there."),
    "domain in two folders": (
        lambda content: content.writestr("old/dm.csv", DM),
        "t.zip/dm.csv and t.zip/old/dm.csv both hold DM of trial T1; keep one of them.",
    ),
    "archive in the archive": (
        inner_archive,
        "t.zip/lb.zip is an archive inside the trial; name it as the trial's path in study.toml, "
        "or unpack it.",
    ),
    "unknown format": (
        lambda content: content.writestr("lb.exe", "x"),
        "t.zip/lb.exe is in a format that Plateau does not read; convert it to one of .csv, "
        ".tsv, .txt, "
        ".parquet, .xpt, .sas7bdat, .json, .ndjson or move it out of the trial's folder.",
    ),
}


@pytest.mark.parametrize("what", ARCHIVES)
def test_archive_that_is_not_plain_is_refused(what: str, tmp_path: Path) -> None:
    change, sentence = ARCHIVES[what]
    zipped(tmp_path, change)
    with pytest.raises(IngestError) as caught:
        loaded(tmp_path, trial(path="t.zip"))
    assert str(caught.value) == sentence


def test_member_twice_is_refused(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        zipped(tmp_path, lambda content: content.writestr("dm.csv", DM))
    with pytest.raises(IngestError, match=r"^t.zip/dm.csv is in the archive twice; keep one"):
        loaded(tmp_path, trial(path="t.zip"))


BYTES = {
    "encrypted": (
        # the flag of the second member in the central directory
        lambda content, at: content[: at + 8] + b"\x01\x00" + content[at + 10 :],
        "t.zip/ex.csv is encrypted; create the archive again without a password.",
    ),
    "bomb": (
        lambda content, at: content[: at + 24] + b"\xff\xff\xff\xfe" + content[at + 28 :],
        "t.zip would unpack to",
    ),
    "damaged member": (
        lambda content, at: content.replace(content[45:50], b"\xff\xff\xff\xff\xff", 1),
        "t.zip cannot be unpacked (",
    ),
    "no archive": (lambda content, at: b"PK", "t.zip cannot be unpacked (File is not a zip file"),
    "cut short": (
        lambda content, at: content[:-30],
        "t.zip cannot be unpacked (File is not a zip file); create the archive again.",
    ),
}


@pytest.mark.parametrize("what", BYTES)
def test_damaged_archive_is_refused(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change, sentence = BYTES[what]
    path = zipped(tmp_path, lambda content: None)
    content = path.read_bytes()
    path.write_bytes(change(content, content.rindex(b"PK\x01\x02")))
    # a zip of the common kind states at most 4 GB for a member
    monkeypatch.setattr("analytics.ingest.archive.MOST_UNPACKED_BYTES", 1 << 31)
    with pytest.raises(IngestError) as caught:
        loaded(tmp_path, trial(path="t.zip"))
    assert str(caught.value).startswith(sentence)
    assert not list(tmp_path.glob("trial-files-*"))


def test_declared_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    write(tmp_path, {"dm.csv": DM, "ex.csv": EX})
    with pytest.raises(IngestError) as caught:
        loaded(tmp_path, trial(files={"lb.csv": FileFormat()}))
    assert str(caught.value) == (
        "study.toml declares how lb.csv of trial T1 is written, but sdtm/T1 does not contain "
        "that file; correct the name or remove the entry."
    )


def test_sas_writers_of_the_tests_write_what_they_are_given(tmp_path: Path) -> None:
    """The other side of the round trip: another reader of the same files, and JSON's own."""
    held = domain("x", None, "Größe")
    frame, about = pyreadstat.read_sas7bdat(
        str(write_sas7bdat(held, tmp_path)), output_format="polars"
    )
    assert frame.equals(held.frame().with_columns(pl.col("MHTERM").fill_null("")))
    assert about.column_labels == held.labels()
    assert json.loads(write_json(held, tmp_path).read_text())["rows"][2][2] == "Größe"
