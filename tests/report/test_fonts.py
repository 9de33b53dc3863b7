"""Fonts that have the letters of a label, or one sentence that says which are missing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from analytics.report import fonts


def test_the_fonts_that_come_with_matplotlib_have_letters_of_many_scripts() -> None:
    texts = ["Survie globale, œdème", "Общая выживаемость", "Επιβίωση", "הישרדות", "البقاء"]
    assert fonts.lacking(texts, fonts.SCREEN_FONTS) == ""
    assert fonts.families_for(texts, fonts.SCREEN_FONTS) == fonts.SCREEN_FONTS


def test_letters_that_no_font_has_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing_else() -> Iterator[tuple[str, Path]]:
        yield from ()

    monkeypatch.setattr(fonts, "_others", nothing_else)
    assert fonts.lacking(["生存 time"], fonts.SCREEN_FONTS) == "存生"
    with pytest.raises(fonts.MissingLettersError, match=r"^存生$"):
        fonts.families_for(["生存 time"], fonts.SCREEN_FONTS)


def test_another_font_of_the_machine_gives_the_letters_that_are_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = fonts.file_of(fonts.SCREEN_FONTS, ["a"])
    monkeypatch.setattr(fonts, "_others", lambda: iter([("Another", file)]))
    monkeypatch.setattr(fonts, "_file", lambda _: None)
    assert fonts.families_for(["a"], ("Absent",)) == ("Absent", "Another")


def test_a_bold_file_is_another_than_the_regular_one() -> None:
    regular = fonts.file_of(fonts.SCREEN_FONTS, ["a"])
    bold = fonts.file_of(fonts.SCREEN_FONTS, ["a"], is_bold=True)
    assert (regular.name, bold.name) == ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")
