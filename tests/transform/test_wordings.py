"""A wording is compared in one way, whether it stands in a record or in a study file."""

import unicodedata

import duckdb
from date_columns import rendered_macros

from analytics.study.terms import normal

LETTERS = [letter for letter in map(chr, range(1, 0x10000)) if unicodedata.category(letter) != "Cs"]


def in_the_database(texts: list[str]) -> list[str]:
    wording = rendered_macros().wording("given_text")
    query = (
        "select wording from (select given_text, place, "
        f"{wording} as wording from (select unnest(?) as given_text, "
        "generate_subscripts(?, 1) as place)) order by place"
    )
    return [text for (text,) in duckdb.execute(query, [texts, texts]).fetchall()]


def test_every_letter_is_compared_as_the_database_compares_it() -> None:
    texts = [f" x{letter} {letter}y " for letter in LETTERS]
    found = [(text, normal(text)) for text in texts]
    assert [
        (text, wording) for text, wording in zip(texts, in_the_database(texts), strict=True)
    ] == found


def test_blanks_and_case_do_not_matter() -> None:
    assert normal("  not \t  done\n") == "NOT DONE" == in_the_database(["  not \t  done\n"])[0]
