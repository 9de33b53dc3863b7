"""Counts agree with their nouns, wherever text is made."""

import re

import pytest
from project import PROJECT

from analytics.plural import counted, plural

NOUNS = (
    "patient|event|month|trial|record|group|subject|file|row|line|day|check|finding|level|death|"
    "release|table|point|place|curve|value|variable|domain|site|factor|column|figure|change|cell"
)
# a count before a noun in the plural that no other count follows: it has to be `counted`
UNCOUNTED = re.compile(rf"""\{{(?:n|n_\w+|len\([^{{}}]*\)|\w+\[['"]n\w*['"]\])\}} (?:{NOUNS})s\b""")
# of these numbers none is 1: above a limit, or more than one
NEVER_ONE = ("ingest/headers.py", "ingest/errors.py", "readers/queries.py", "methods/cox_data.py")


@pytest.mark.parametrize(
    ("n", "said"),
    [(0, "0 patients"), (1, "1 patient"), (2, "2 patients"), (1259, "1,259 patients")],
)
def test_a_count_agrees_with_its_noun(n: int, said: str) -> None:
    assert counted(n, "patient") == said


def test_a_noun_may_have_a_plural_of_its_own() -> None:
    assert counted(1, "analysis", "analyses") == "1 analysis"
    assert counted(2, "analysis", "analyses") == "2 analyses"
    assert plural(1.0, "month") == "month"
    assert plural(1.5, "month") == "months"


def test_no_text_puts_a_plural_behind_any_count() -> None:
    found = {
        f"{path.relative_to(PROJECT / 'analytics')}: {match[0]}"
        for path in (PROJECT / "analytics").rglob("*.py")
        for match in UNCOUNTED.finditer(path.read_text(encoding="utf-8"))
        if str(path.relative_to(PROJECT / "analytics")) not in NEVER_ONE
    }
    assert found == set()
