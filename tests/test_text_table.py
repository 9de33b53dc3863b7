"""What a terminal would obey is written out; letters of any script stay."""

import pytest

from analytics.text_table import aligned, printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, 5 %", "plain, 5 %"),
        ("Größe, 白血病, بقاء", "Größe, 白血病, بقاء"),
        ("\x1b]0;owned\x07\x1b[2J", r"\x1b]0;owned\x07\x1b[2J"),
        ("a\u202eb", r"a\u202eb"),
        ("half \udcf6", r"half \udcf6"),
        ("nul \0, \x9b31m", r"nul \x00, \x9b31m"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
    ],
)
def test_a_terminal_is_told_nothing_to_obey(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_a_cell_stays_on_its_line() -> None:
    lines = list(aligned(["name"], [["two\nlines"], ["\x1b[31mred"]]))
    assert lines == ["name", "-----------", r"two\nlines", r"\x1b[31mred"]
