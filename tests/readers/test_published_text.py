"""`plateau text`: methods and results in sentences as a document."""

import re
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from project import Plateau, published_note

from analytics.readers.published_report import ReportError
from analytics.readers.published_text import write_text


def check(text: str, releases: Path) -> None:
    assert "[Synthetic data] Median overall survival was 7.5 months (95% CI, 5.5-8.5); 204" in text
    assert "[Synthetic data] Survival was estimated by the Kaplan-Meier method" in text
    assert "Read before use: " in text
    source = "Data cut-off: MT103-206 2015-06-30; MT103-211 2017-02-28."
    assert f"{source} {published_note(releases)}" in text


def test_the_text_is_a_word_document_by_default(
    plateau: Plateau, default_releases: Path, tmp_path: Path
) -> None:
    path = tmp_path / "text.docx"
    result = plateau("text", "--releases", default_releases, "-o", path)
    assert result.returncode == 0, result.stderr
    assert re.fullmatch(
        rf"{re.escape(str(path))}: methods, and sentences of \d+ analyses\n", result.stderr
    )
    check(
        "\n".join(paragraph.text for paragraph in Document(str(path)).paragraphs), default_releases
    )


def test_the_text_is_the_same_in_plain_letters(default_releases: Path, tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    release = default_releases / "blinatumomab/current"
    written, n = write_text(release, default_releases, "txt", path)
    assert (written, n > 20) == (path, True)
    check(path.read_text(encoding="utf-8"), default_releases)


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        ({"kind": "odt"}, "Format 'odt' is not one of docx, txt."),
        ({"number_style": "bmj"}, "Style 'bmj' is not one of plain, nejm, jco, lancet, jama."),
        ({"output": Path("report/text.docx")}, "is inside the folder of releases"),
    ],
)
def test_a_wrong_call_is_one_sentence(
    chosen: dict[str, Any], sentence: str, default_releases: Path
) -> None:
    release = default_releases / "blinatumomab/current"
    output = release / chosen.pop("output") if "output" in chosen else None
    with pytest.raises(ReportError, match=re.escape(sentence)):
        write_text(
            release, default_releases, chosen.get("kind", "docx"), output,
            chosen.get("number_style"),
        )  # fmt: skip
