"""Ready-made sets of terms: the responses of a criterion as CDISC's terminology submits them.

A study names them in study.toml (`vocabularies = ["RECIST 1.1"]`). Their terms stand beside those
of terms.csv, which win where both have a wording, and they give the parameters response_order and
remission_terms their defaults. The wordings are those of the overall response (OVRLRESP) in RS.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from analytics.study.rows import read_rows
from analytics.study.specification import Term

_FILE: Final = Path(__file__).parent / "ready_made" / "vocabularies.csv"
_COLUMNS: Final = ("vocabulary", "wording", "category", "value", "is_remission")
_DOMAIN, _TEST = "RS", "OVRLRESP"


@dataclass(frozen=True)
class Vocabulary:
    """A criterion's terms; `responses` are its response values, best first."""

    name: str
    terms: tuple[Term, ...]
    responses: tuple[str, ...]
    remissions: tuple[str, ...]


def read_vocabularies() -> dict[str, Vocabulary]:
    """Every ready-made vocabulary by its name."""
    rows = read_rows(_FILE, _COLUMNS)
    names = dict.fromkeys(row.required("vocabulary") for row in rows)
    found = {}
    for name in names:
        own = [row for row in rows if row.required("vocabulary") == name]
        responses = [row for row in own if row.required("category") == "response"]
        found[name] = Vocabulary(
            name,
            tuple(
                Term(
                    trial_id=None,
                    domain=_DOMAIN,
                    testcd=_TEST,
                    wording=row.required("wording"),
                    category=row.required("category"),
                    value=row.required("value"),
                    note=name,
                )
                for row in own
            ),
            _once(row.required("value") for row in responses),
            _once(row.required("value") for row in responses if row.truth("is_remission")),
        )
    return found


def merged(vocabularies: Iterable[Vocabulary]) -> Vocabulary:
    """Several as one: terms and values in the order of the vocabularies, each value once."""
    chosen = tuple(vocabularies)
    terms = {
        (term.wording, term.category): term for item in reversed(chosen) for term in item.terms
    }
    return Vocabulary(
        ", ".join(item.name for item in chosen),
        tuple(terms.values()),
        _once(value for item in chosen for value in item.responses),
        _once(value for item in chosen for value in item.remissions),
    )


def _once(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
