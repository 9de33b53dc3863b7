"""Random damage to files: what is read is exactly what stands there, or the file is refused.

PLATEAU_TORTURE=1 runs ten times as many examples.
"""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from loaded import DM, EX, loaded, rows, write
from torture_scale import FULL, scaled
from written_trials import (
    Domain,
    write_json,
    write_ndjson,
    write_parquet,
    write_sas7bdat,
    write_xpt,
    write_zip,
)

from analytics.errors import PlateauError
from analytics.ingest import IngestError
from analytics.ingest.archive import member_names, unpack
from analytics.ingest.formats import FORMATS
from analytics.ingest.headers import variables
from analytics.ingest.source_file import SourceFile

NAMES = ("STUDYID", "USUBJID", "LBTEST", "LBSTRESN")
RECORDS = tuple(("T1", f"T1-{n}", f"Größe {n}", str(n / 4)) for n in range(1, 6))
LB = Domain("lb", NAMES, RECORDS)

Read = list[tuple[str, ...]]


def examples(count: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    return settings(
        max_examples=scaled(10 * count),
        derandomize=not FULL,  # make test tries the same cases each time, make torture new ones
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


def read(path: Path) -> Read:
    """A file's records through its reader; a blank for what is not given."""
    file = SourceFile("T1", "LB", path, f"sdtm/T1/{path.name}")
    names = [variable.name for variable in variables(file)]
    batches = list(FORMATS[file.suffix].batches(file, names))
    for batch in batches:
        batch.validate(full=True)
        assert batch.schema.names == names
        assert set(batch.schema.types) == {pa.string()}
    return [
        tuple(value or "" for value in row)
        for batch in batches
        for row in zip(*(column.to_pylist() for column in batch.columns), strict=True)
    ]


def read_or_refused(path: Path) -> Read | None:
    """None for a refusal, which is one sentence about this file."""
    try:
        return read(path)
    except IngestError as error:
        sentence = str(error)
        assert sentence.startswith("sdtm/T1/lb")
        assert sentence.endswith(".")
        assert sentence.isprintable()
        return None


def by_the_standard(content: bytes) -> Read | None:
    """What RFC 4180 and UTF-8 make of the bytes, by Python's own reader; None for no CSV."""
    try:
        header, *lines = csv.reader(
            io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True
        )
    except (ValueError, csv.Error):
        return None
    if any(len(line) != len(header) for line in lines if line):
        return None
    return [tuple(line) for line in lines if line]


CELLS = st.text(alphabet=st.sampled_from("aé,\"';\n\r\t =\\\u2028\U0001f600\x01"), max_size=5)
ROWS = st.lists(st.lists(CELLS, min_size=1, max_size=6), max_size=6)


@examples(150)
@given(written=ROWS, quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONE]))
def test_rows_are_read_as_they_stand_or_refused(
    tmp_path: Path, written: list[list[str]], quoting: int
) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerow(NAMES)
    for cells in written:
        if quoting == csv.QUOTE_NONE:
            text.write(",".join(cells) + "\n")
        else:
            csv.writer(text, quoting=quoting).writerow(cells)
    path = tmp_path / "lb.csv"
    path.write_bytes(text.getvalue().encode())
    records = read_or_refused(path)
    expected = by_the_standard(path.read_bytes())
    assert records is None or records == expected
    if expected is not None and quoting != csv.QUOTE_NONE:
        assert records == expected


EDITS = st.lists(
    st.tuples(
        st.sampled_from(["replace", "insert", "delete", "cut", "repeat"]),
        st.integers(0, 1 << 16),
        st.binary(min_size=1, max_size=4)
        | st.sampled_from([b'"', b",", b"\n", b"\r", b"\0", b"\xff", b"\xed\xa0\x80", b";"]),
    ),
    min_size=1,
    max_size=4,
)


def damaged(content: bytes, edits: list[tuple[str, int, bytes]]) -> bytes:
    for kind, place, piece in edits:
        at = place % (len(content) + 1)
        if kind == "replace":
            content = content[:at] + piece + content[at + len(piece) :]
        elif kind == "insert":
            content = content[:at] + piece + content[at:]
        elif kind == "delete":
            content = content[:at] + content[at + len(piece) :]
        elif kind == "cut":
            content = content[:at]
        else:
            content = content[:at] + content[at : at + 40] + content[at:]
    return content


@examples(200)
@given(edits=EDITS)
def test_damaged_csv_is_read_as_it_stands_or_refused(
    tmp_path: Path, edits: list[tuple[str, int, bytes]]
) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([NAMES, *RECORDS])
    path = tmp_path / "lb.csv"
    path.write_bytes(damaged(text.getvalue().encode(), edits))
    records = read_or_refused(path)
    assert records is None or records == by_the_standard(path.read_bytes())


@examples(100)
@given(edits=EDITS)
@pytest.mark.parametrize("writer", [write_json, write_ndjson])
def test_damaged_json_is_read_as_it_stands_or_refused(
    tmp_path: Path, writer: Callable[[Domain, Path], Path], edits: list[tuple[str, int, bytes]]
) -> None:
    path = writer(LB, tmp_path)
    path.write_bytes(damaged(path.read_bytes(), edits))
    records = read_or_refused(path)
    if records is not None:
        content = path.read_bytes().decode("utf-8-sig")
        if writer is write_json:
            held = json.loads(content)["rows"]
        else:
            _, *held = [json.loads(line) for line in content.split("\n") if line.strip()]
        assert len(records) == len(held)
        for record, row in zip(records, held, strict=True):
            assert [_plain(value) for value in record] == [_plain(value) for value in row]


def _plain(value: object) -> object:
    """A number however it is written; a text otherwise."""
    try:
        return float(str(value))
    except ValueError:
        return str(value).lower() if isinstance(value, bool) else value or ""


@examples(60)
@given(edits=EDITS)
@pytest.mark.parametrize("writer", [write_parquet, write_xpt, write_sas7bdat])
def test_damaged_binary_file_is_read_or_refused(
    tmp_path: Path, writer: Callable[[Domain, Path], Path], edits: list[tuple[str, int, bytes]]
) -> None:
    path = writer(LB, tmp_path)
    path.write_bytes(damaged(path.read_bytes(), edits))
    read_or_refused(path)


@examples(60)
@given(edits=EDITS)
def test_damaged_archive_gives_its_files_or_is_refused(
    tmp_path_factory: pytest.TempPathFactory, edits: list[tuple[str, int, bytes]]
) -> None:
    folder = tmp_path_factory.mktemp("archive")
    whole = write_json(LB, folder).read_bytes()
    archive = write_zip([folder / "lb.json"], folder / "t.zip")
    archive.write_bytes(damaged(archive.read_bytes(), edits))
    into = folder / "unpacked"
    into.mkdir()
    try:
        members = unpack(archive, "t.zip", member_names(archive, "t.zip"), into)
    except IngestError as error:
        assert str(error).startswith("t.zip")
        return
    for path in members.values():
        assert path.is_relative_to(into)
        assert path.read_bytes() == whole


@examples(15)
@given(
    written=st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=5),
    bad=st.sampled_from(["T1,A", "T1,A,x,y,z", 'T1,"A,x,y', "T1,A,\0,y"]),
)
def test_one_record_that_cannot_be_read_refuses_the_file_and_loads_nothing(
    tmp_path_factory: pytest.TempPathFactory, written: list[tuple[str, str]], bad: str
) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(("T1", "A", *cells) for cells in written)
    header = "STUDYID,USUBJID,MHTERM,MHDECOD\n"
    lines = list(csv.reader(io.StringIO(text.getvalue(), newline="")))
    folder = tmp_path_factory.mktemp("study")
    write(folder, {"dm.csv": DM, "ex.csv": EX, "mh.csv": header + text.getvalue()})
    connection, files = loaded(folder)
    assert [file.n_rows for file in files] == [2, 1, len(lines)]
    assert rows(connection, "select count(*) from raw.sdtm_mh") == [(len(lines),)]
    write(folder, {"mh.csv": header + text.getvalue() + bad + "\n"})
    with pytest.raises(PlateauError, match=r"^sdtm/T1/mh.csv [^\n]*\.$"):
        loaded(folder)
