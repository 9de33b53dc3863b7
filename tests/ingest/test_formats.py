"""The same trial in any format, encoding or package gives the same raw tables."""

import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from loaded import DM, EX, loaded, records, rows, trial, write
from written_trials import (
    Domain,
    read_domain,
    write_csv,
    write_json,
    write_ndjson,
    write_parquet,
    write_sas7bdat,
    write_xpt,
    write_zip,
)

from analytics.ingest.sas_dates import iso_texts
from analytics.ingest.texts import as_text
from analytics.study.specification import FileFormat

SDTM = Path(__file__).parents[2] / "studies/blinatumomab/sdtm"
TRIALS = ("MT103-206", "MT103-211")
RECORDS = 80

Trials = dict[str, list[Domain]]


@pytest.fixture(scope="session")
def trials() -> Trials:
    """The default study's records, the first 80 of each file, one name with an umlaut."""
    read = {
        name: [read_domain(path) for path in sorted((SDTM / name).glob("*.csv"))] for name in TRIALS
    }
    return {
        name: [
            domain.named(domain.stem, map(_as_sas_holds, domain.rows[:RECORDS]))
            for domain in domains
        ]
        for name, domains in read.items()
    }


def _as_sas_holds(row: tuple[str | None, ...]) -> tuple[str | None, ...]:
    """Without trailing blanks, which a SAS text cannot have."""
    return tuple("Köln" if value == "HEMATOLOGY" else value and value.rstrip(" ") for value in row)


@pytest.fixture(scope="session")
def reference(
    trials: Trials, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[tuple[object, ...]]]:
    """What UTF-8 CSV with commas gives."""
    folder = tmp_path_factory.mktemp("reference")
    return _records_as(folder, trials, write_csv)


def _records_as(
    folder: Path,
    trials: Trials,
    writer: Callable[[Domain, Path], Path],
    file_format: FileFormat | None = None,
) -> dict[str, list[tuple[object, ...]]]:
    for name, domains in trials.items():
        place = folder / "sdtm" / name
        place.mkdir(parents=True)
        for domain in domains:
            writer(domain, place)
    connection, files = loaded(
        folder,
        *(
            trial(name, order=order, file_format=file_format)
            for order, name in enumerate(trials, start=1)
        ),
    )
    assert sum(file.n_rows for file in files) == sum(
        len(domain.rows) for domains in trials.values() for domain in domains
    )
    return records(connection)


@pytest.mark.parametrize(
    "writer",
    [write_parquet, write_xpt, write_sas7bdat, write_json, write_ndjson],
    ids=lambda writer: writer.__name__,
)
def test_typed_format_gives_the_raw_tables_of_csv(
    writer: Callable[[Domain, Path], Path],
    trials: Trials,
    reference: dict[str, list[tuple[object, ...]]],
    tmp_path: Path,
) -> None:
    assert _records_as(tmp_path, trials, writer) == reference


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_delimiter_is_seen_in_the_header(
    delimiter: str,
    trials: Trials,
    reference: dict[str, list[tuple[object, ...]]],
    tmp_path: Path,
) -> None:
    def writer(domain: Domain, folder: Path) -> Path:
        return write_csv(domain, folder, delimiter=delimiter)

    assert _records_as(tmp_path, trials, writer) == reference


@pytest.mark.parametrize(
    ("declared", "line"),
    [("utf-8-sig", "\r\n"), ("ISO-8859-1", "\n"), ("CP1252", "\r")],
)
def test_declared_encoding_gives_the_same_text(
    declared: str,
    line: str,
    trials: Trials,
    reference: dict[str, list[tuple[object, ...]]],
    tmp_path: Path,
) -> None:
    def writer(domain: Domain, folder: Path) -> Path:
        return write_csv(domain, folder, encoding=declared, line=line)

    encoding = None if declared == "utf-8-sig" else declared
    assert _records_as(tmp_path, trials, writer, FileFormat(encoding=encoding)) == reference


def test_archives_and_split_domains_in_mixed_formats_give_the_same_tables(
    trials: Trials, reference: dict[str, list[tuple[object, ...]]], tmp_path: Path
) -> None:
    """One trial in a .zip with a folder inside; the other in all formats, LB in three parts."""
    first, second = TRIALS
    (tmp_path / "csv").mkdir()
    write_zip(
        [write_csv(domain, tmp_path / "csv") for domain in trials[first]],
        tmp_path / "sdtm" / f"{first}.zip",
        folder="export/",
    )
    place = tmp_path / "sdtm" / second
    place.mkdir()
    writers = [write_parquet, write_xpt, write_json, write_ndjson, write_sas7bdat, write_csv]
    for number, domain in enumerate(trials[second]):
        if domain.stem == "lb":
            write_xpt(domain.named("lbch", domain.rows[:20]), place)
            write_csv(domain.named("lb_he", domain.rows[20:50]), place)
            write_parquet(domain.named("lbmr", domain.rows[50:]), place)
        else:
            writers[number % len(writers)](domain, place)
    connection, _ = loaded(tmp_path, trial(first, path=f"sdtm/{first}.zip"), trial(second, order=2))
    read = records(connection)
    # the parts of LB stand in the order of their names
    assert {name: sorted(map(str, table)) for name, table in read.items()} == {
        name: sorted(map(str, table)) for name, table in reference.items()
    }
    assert rows(
        connection, "select min(src_file) from raw.sdtm_dm group by src_trial order by 1"
    ) == [(f"sdtm/{first}.zip/export/dm.csv",), (f"sdtm/{second}/dm.json",)]


def test_labels_types_and_formats_are_kept(trials: Trials, tmp_path: Path) -> None:
    place = write(tmp_path, {"dm.csv": DM, "ex.csv": EX})
    lb = Domain("lb", ("STUDYID", "DOMAIN", "USUBJID", "VISITNUM"), (("T1", "LB", "A", "1"),))
    write_xpt(lb, place)
    write_parquet(lb.named("lbpq"), place)
    write_json(lb.named("lbjs"), place)
    write_sas7bdat(lb.named("lbsa"), place, formats={"VISITNUM": "BEST12"})
    connection, _ = loaded(tmp_path)
    assert rows(
        connection,
        "select src_file, position, label, type, format from raw.ingest_variable "
        "where variable = 'VISITNUM' order by src_file",
    ) == [
        ("sdtm/T1/lb.xpt", 4, "Label of VISITNUM", "num", None),
        ("sdtm/T1/lbjs.json", 4, "Label of VISITNUM", "double", None),
        ("sdtm/T1/lbpq.parquet", 4, "Label of VISITNUM", "double", None),
        ("sdtm/T1/lbsa.sas7bdat", 4, "Label of VISITNUM", "num", "BEST12"),
    ]
    assert rows(
        connection,
        "select variable, label from raw.ingest_variable where src_file = 'sdtm/T1/ex.csv'",
    ) == [("STUDYID", None), ("DOMAIN", None), ("USUBJID", None), ("EXSTDTC", None)]


def test_sas_days_and_moments_become_iso_8601(tmp_path: Path) -> None:
    place = write(tmp_path, {"dm.csv": DM, "ex.csv": EX})
    frame = pl.DataFrame(
        {
            "STUDYID": ["T1"] * 3,
            "DOMAIN": ["LB"] * 3,
            "USUBJID": ["A", "", "  "],
            "DAY": [0.0, 19000.5, None],
            "MOMENT": [86400.0, 1.25, -86400.0],
            "CLOCK": [3661.0, 90000.0, None],
            "AGE": [0.1, -0.0, 1e20],
        }
    )
    pyreadstat.write_xport(
        frame,
        place / "lb.xpt",
        table_name="LB",
        file_format_version=5,
        variable_format={"DAY": "DATE9.", "MOMENT": "DATETIME20.", "CLOCK": "TIME8.", "AGE": "F8."},
    )
    connection, _ = loaded(tmp_path)
    assert rows(
        connection, "select usubjid, day, moment, clock, age from raw.sdtm_lb order by src_row"
    ) == [
        ("A", "1960-01-01", "1960-01-02T00:00:00", "01:01:01", "0.1"),
        (None, "19000.5", "1960-01-01T00:00:01.25", "90000", "0"),
        (None, None, "1959-12-31T00:00:00", None, "1e+20"),
    ]


def test_format_of_a_user_that_looks_like_a_date_leaves_the_number() -> None:
    assert iso_texts(pa.array([3.0]), "YEARS8.").to_pylist() == ["3"]
    assert iso_texts(pa.array([3.0]), "E8601DA10.").to_pylist() == ["1960-01-04"]
    assert iso_texts(pa.array([3_000_000.0]), "DATE9.").to_pylist() == ["3000000"]


@given(st.lists(st.one_of(st.none(), st.floats(allow_nan=False)), min_size=1))
def test_number_reads_back_to_the_same_double(values: list[float | None]) -> None:
    texts = as_text(pa.array(values, pa.float64())).to_pylist()
    assert [None if text is None else float(text) for text in texts] == values
    assert not any(text.endswith(".0") for text in texts if text is not None)


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        (pa.array([date(2012, 5, 1)]), ["2012-05-01"]),
        (pa.array([datetime.fromisoformat("2012-05-01T10:30:00")]), ["2012-05-01T10:30:00"]),
        (pa.array([datetime.fromisoformat("2012-05-01T10:30:00.500")]), ["2012-05-01T10:30:00.5"]),
        (
            pa.array([datetime(2012, 5, 1, 10, tzinfo=UTC)], pa.timestamp("ms", "+02:00")),
            ["2012-05-01T12:00:00+02:00"],
        ),
        (pa.array([time(10, 30, 0, 120000)]), ["10:30:00.12"]),
        (pa.array([True, None]), ["true", None]),
        (pa.array(["a", None, "a"]).dictionary_encode(), ["a", None, "a"]),
        (pa.array([float("nan"), float("inf"), 2.0]), [None, "inf", "2"]),
        (pa.array([0.1], pa.float32()), ["0.1"]),
        (pa.array([2**63 - 1]), ["9223372036854775807"]),
    ],
)
def test_typed_value_becomes_its_text(values: pa.Array, texts: list[str | None]) -> None:
    assert as_text(values).to_pylist() == texts


def test_decimal_comma_is_a_value(tmp_path: Path) -> None:
    text = 'STUDYID;USUBJID;LBSTRESN\nT1;A;1,5\nT1;B;"1;5"\n'
    write(tmp_path, {"dm.csv": DM, "ex.csv": EX, "lb.csv": text})
    connection, _ = loaded(tmp_path)
    assert rows(connection, "select lbstresn from raw.sdtm_lb") == [("1,5",), ("1;5",)]


def test_one_file_may_be_written_in_another_way(tmp_path: Path) -> None:
    latin = "STUDYID;USUBJID;MHTERM\nT1;A;Größe\n".encode("latin-1")
    utf8 = "STUDYID|USUBJID|LBTEST\nT1|A|Größe; a,b\n"
    write(tmp_path, {"dm.csv": DM.replace(",", ";"), "ex.csv": EX.replace(",", ";")})
    write(tmp_path, {"mh.csv": latin, "lb.txt": utf8})
    connection, _ = loaded(
        tmp_path,
        trial(
            file_format=FileFormat(encoding="ISO-8859-1", delimiter=";"),
            files={"lb.txt": FileFormat(encoding="UTF-8", delimiter="|")},
        ),
    )
    assert rows(connection, "select mhterm from raw.sdtm_mh") == [("Größe",)]
    assert rows(connection, "select lbtest from raw.sdtm_lb") == [("Größe; a,b",)]


def test_declared_encoding_holds_for_sas_files(tmp_path: Path) -> None:
    place = write(tmp_path, {"dm.csv": DM, "ex.csv": EX})
    mh = Domain("mh", ("STUDYID", "USUBJID", "MHTERM"), (("T1", "A", "Größe"),))
    path = write_xpt(mh, place)
    path.write_bytes(path.read_bytes().replace("Größe".encode(), "Größe  ".encode("latin-1")))
    connection, _ = loaded(tmp_path, trial(file_format=FileFormat(encoding="ISO-8859-1")))
    assert rows(connection, "select mhterm from raw.sdtm_mh") == [("Größe",)]


def test_archive_leaves_nothing_behind(tmp_path: Path) -> None:
    place = write(tmp_path, {"dm.csv": DM, "ex.csv": EX})
    with zipfile.ZipFile(tmp_path / "t.zip", "w") as content:
        content.mkdir("T1")
        for name in ("dm.csv", "ex.csv"):
            content.write(place / name, f"T1/{name}")
        content.writestr("__MACOSX/T1/._dm.csv", "x")
        content.writestr("T1/README.txt", "notes")
    connection, files = loaded(tmp_path, trial(path="t.zip"))
    assert [file.src_file for file in files] == ["t.zip/T1/dm.csv", "t.zip/T1/ex.csv"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["sdtm", "t.zip"]
    assert rows(connection, "select count(*) from raw.sdtm_dm") == [(2,)]


def test_large_parquet_file_is_read_in_batches(tmp_path: Path) -> None:
    place = write(tmp_path, {"dm.csv": DM, "ex.csv": EX})
    n = 150_000
    table = pa.table({"STUDYID": ["T1"] * n, "USUBJID": ["A"] * n, "LBSEQ": range(n)})
    pq.write_table(table, place / "lb.parquet")
    connection, _ = loaded(tmp_path)
    assert rows(
        connection, "select count(*) from raw.sdtm_lb where lbseq <> cast(src_row - 1 as varchar)"
    ) == [(0,)]
