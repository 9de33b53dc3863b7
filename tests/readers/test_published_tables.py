"""`plateau tables`: the tables of a published report as documents."""

import re
import stat
import zipfile
from pathlib import Path

import duckdb
import pytest
from docx import Document
from project import Plateau, published_note

from analytics.readers.listings import write_listings
from analytics.readers.published_report import ReportError


@pytest.mark.parametrize("kind", ["docx", "rtf", "pdf", "xlsx", "tex"])
def test_every_table_of_the_report_is_in_the_document(
    kind: str, plateau: Plateau, default_releases: Path, tmp_path: Path
) -> None:
    path = tmp_path / f"tables.{kind}"
    result = plateau("tables", "--releases", default_releases, "--format", kind, "-o", path)
    assert result.returncode == 0, result.stderr
    report = default_releases / "blinatumomab/current/report"
    listed = (report / "contents.csv").read_text(encoding="utf-8-sig").splitlines()[1:]
    tables = [line for line in listed if line.startswith("Table ")]
    assert len(tables) == len([*(report / "tables").glob("*.csv")])
    assert result.stderr == f"{path}: {len(tables)} tables\n"
    if kind == "xlsx":
        content = zipfile.ZipFile(path).read("xl/sharedStrings.xml").decode()
    elif kind == "pdf":
        check_pdf(path.read_bytes(), tables)
        return
    elif kind == "docx":
        content = "\n".join(paragraph.text for paragraph in Document(str(path)).paragraphs)
    else:
        content = path.read_text(encoding="utf-8")
    source = "Data cut-off: MT103-206 2015-06-30; MT103-211 2017-02-28."
    assert f"{source} {published_note(default_releases)}" in content
    for line in tables:
        assert line.split(",")[0] in content


def check_pdf(content: bytes, tables: list[str]) -> None:
    """Each table has its place in the outline, and every font is in the file."""
    assert content.startswith(b"%PDF")
    titles = re.findall(rb"/Title \((Table [^)]*)", content)
    assert len(titles) == len(tables)
    fonts = re.findall(rb"/BaseFont /([^ \n/]+)", content)
    assert fonts
    assert all(b"+" in font for font in fonts)
    assert b"/FontFile2" in content


def test_a_style_is_that_of_every_number(
    plateau: Plateau, default_releases: Path, tmp_path: Path
) -> None:
    path = tmp_path / "lancet.tex"
    result = plateau(
        *("tables", "--releases", default_releases, "-o", path, "--format", "tex"),
        *("--style", "lancet", "--only", "summary"),
    )
    assert result.returncode == 0, result.stderr
    assert "7\u00b75 (5\u00b75\u20138\u00b75)" in path.read_text(encoding="utf-8")


def test_listings_name_every_patient_for_their_owner_alone(
    default_releases: Path, tmp_path: Path
) -> None:
    release = default_releases / "blinatumomab/current"
    path = tmp_path / "owner/listings.tex"
    written, n = write_listings(release, default_releases, "tex", (), path)
    assert (written, n) == (path, 3)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    text = path.read_text(encoding="utf-8")
    assert "PATIENT-LEVEL DATA: not for publication." in text
    with duckdb.connect(release / "warehouse.duckdb", read_only=True) as connection:
        times = connection.execute(
            "select usubjid, aval, cnsr from marts.time_to_event where paramcd = 'OS'"
        ).fetchall()
        treated_out = connection.execute(
            "select usubjid, exclusion_reason from marts.subjects where not in_analysis_set"
        ).fetchall()
    events, censored, excluded = text.split(r"\begin{longtable}")[1:]
    for usubjid, days, cnsr in times:
        place = censored if cnsr == 1 else events
        assert re.search(rf"{usubjid} & [^&]+ & [-\d]+ & [-\d]+ & {days:g} & ", place)
    assert treated_out
    for usubjid, reason in treated_out:
        assert re.search(rf"{usubjid} & [^&]+ & {re.escape(reason)}", excluded)


def test_listings_are_never_written_among_the_releases(default_releases: Path) -> None:
    release = default_releases / "blinatumomab/current"
    with pytest.raises(ReportError, match="must not change"):
        write_listings(release, default_releases, "tex", (), release / "report/listings.tex")


def test_a_table_is_chosen_by_name_or_number(
    plateau: Plateau, default_releases: Path, tmp_path: Path
) -> None:
    path = tmp_path / "two.docx"
    result = plateau(
        *("tables", "--releases", default_releases, "-o", path),
        *("--only", "Table 2", "--only", "table_1"),
    )
    assert result.stderr == f"{path}: 2 tables\n"
    assert len(Document(str(path)).tables) == 2


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--format", "odt"), "Format 'odt' is not one of docx, rtf, pdf, xlsx, tex."),
        (("--style", "bmj"), "Style 'bmj' is not one of plain, nejm, jco, lancet, jama."),
        (("--listings", "--only", "table_1"), "There is no listing 'table_1'; choose among "),
        (("--only", "Table 99"), "There is no table 'Table 99'; choose among summary (Table S1), "),
    ],
)
def test_a_wrong_call_is_one_sentence(
    arguments: tuple[str, str], sentence: str, plateau: Plateau, default_releases: Path
) -> None:
    result = plateau("tables", "--releases", default_releases, *arguments)
    assert result.returncode == 2
    assert result.stderr.startswith(f"plateau: {sentence}")
    assert result.stderr.count("\n") == 1


def test_nothing_is_written_among_the_releases(plateau: Plateau, default_releases: Path) -> None:
    path = default_releases / "blinatumomab/tables.docx"
    result = plateau("tables", "--releases", default_releases, "-o", path)
    assert result.returncode == 2
    assert "is inside the folder of releases, which must not change" in result.stderr
    assert not path.exists()
