"""Study files that no editor writes: each is one sentence, in bounded time and memory."""

from itertools import pairwise
from pathlib import Path

import pytest
from small_study import refusal, write_study

from expectations.suite import SuiteError, load_suites

DEEP = 100_000
TOML = {
    "nested lists": ("x = " + "[" * DEEP, "study.toml is nested too deeply; "),
    "nested tables": ("x = " + "{a = " * DEEP, "study.toml is nested too deeply; "),
    "a key of dots": (
        ".".join("a" * 20_000) + " = 1",
        "study.toml has more than 4,000,000 bytes or a key of more than 32 parts",
    ),
    "a table of dots": (
        "[" + ".".join("a" * 20_000) + "]",
        "study.toml has more than 4,000,000 bytes or a key of more than 32 parts",
    ),
    "a long number": (
        "x = " + "9" * 5_000,
        "study.toml holds a whole number of thousands of digits; ",
    ),
    "a huge file": ("# " + "x" * 5_000_000, "study.toml has more than 4,000,000 bytes or a key"),
}


@pytest.mark.parametrize("what", TOML)
def test_a_toml_file_that_would_take_for_ever_is_refused(what: str, tmp_path: Path) -> None:
    text, sentence = TOML[what]
    file = write_study(tmp_path) / "study.toml"
    file.write_text(text + "\n" + file.read_text())
    assert refusal(tmp_path).startswith(sentence)


def test_a_path_longer_than_any_is_one_sentence(tmp_path: Path) -> None:
    file = write_study(tmp_path) / "study.toml"
    file.write_text(file.read_text().replace('"sdtm/T1"', f'"{"x" * 5_000}"'))
    assert "path" in refusal(tmp_path)


@pytest.mark.parametrize("order", ["1e30", "1e400", "9" * 5_000, "nan"])
def test_an_order_beyond_all_numbers_is_one_sentence(tmp_path: Path, order: str) -> None:
    file = write_study(tmp_path) / "factors.csv"
    file.write_text(file.read_text().replace(",,,,,1,\n", f",,,,,{order},\n", 1))
    assert "factors.csv line 2" in refusal(tmp_path)


BOMB = [f"{name}: &{name} [*{before}, *{before}]" for before, name in pairwise("abcdefghi")]
YAML = {
    "aliases": (
        "\n".join(["a: &a [x, x]", *BOMB]),
        "has an alias (*) at line 2; write it out.",
    ),
    "nested": ("[" * DEEP, "is nested too deeply; "),
    "nested blocks": ("- " * 5_000 + "x", "is nested too deeply; "),
}


@pytest.mark.parametrize("what", YAML)
def test_a_suite_that_would_take_for_ever_is_refused(what: str, tmp_path: Path) -> None:
    text, sentence = YAML[what]
    (tmp_path / "x.yml").write_text(text)
    with pytest.raises(SuiteError) as caught:
        load_suites([tmp_path])
    assert str(caught.value).startswith(f"{tmp_path / 'x.yml'} {sentence}")


def test_a_folder_named_like_a_suite_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.yml").mkdir()
    with pytest.raises(SuiteError, match="is not a file; move it out"):
        load_suites([tmp_path])
