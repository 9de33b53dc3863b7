"""`plateau tables`: the tables of a published report as documents."""

import zipfile
from pathlib import Path

import pytest
from docx import Document
from project import Plateau


@pytest.mark.parametrize("kind", ["docx", "rtf", "xlsx", "tex"])
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
    elif kind == "docx":
        content = "\n".join(paragraph.text for paragraph in Document(str(path)).paragraphs)
    else:
        content = path.read_text(encoding="utf-8")
    assert "Data cut-off: MT103-206 2015-06-30; MT103-211 2017-02-28." in content
    for line in tables:
        assert line.split(",")[0] in content


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
        (("--format", "pdf"), "Format 'pdf' is not one of docx, rtf, xlsx, tex."),
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
