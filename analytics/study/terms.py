"""terms.csv: what each trial's wording means."""

import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Final

from analytics.study.errors import StudyError
from analytics.study.facts import RELAPSE_VALUES
from analytics.study.rows import Row, read_rows
from analytics.study.specification import Term
from analytics.study.wording import choices

TERMS_FILE: Final = "terms.csv"
_COLUMNS = ("trial_id", "domain", "testcd", "wording", "category", "value", "note")

_SUPP: Final = "SUPP"  # the qualifiers of all domains are read together

# The values a category may take; None: any value (a disposition, a cycle number). Those of a
# response are the study's own: the parameter response_order.
CATEGORY_VALUES: Final[dict[str, tuple[str, ...] | None]] = {
    "response": None,
    "relapse": RELAPSE_VALUES,
    "mrd": ("quantified", "undetected", "positive_not_quantifiable", "not_evaluable"),
    "transplant": ("allogeneic", "autologous"),
    "status": ("alive", "dead", "unknown"),
    "disposition": None,
    "contact_mode": ("visit", "phone"),
    "cycle": None,
}


# The domains from whose records a category is read, where the study's facts do not read it.
_DOMAINS: Final[dict[str, tuple[str, ...]]] = {
    "response": ("RS",),
    "relapse": ("RS", _SUPP),
    "mrd": ("LB",),
    "transplant": ("PR", _SUPP),
    "status": ("SS", "DD"),
    "disposition": ("DS",),
    "contact_mode": ("SV",),
    "cycle": ("EX",),
}

_CYCLE: Final = re.compile(r"[0-9]{1,3}")
_BLANKS: Final = re.compile(r"[\t\n\f\r ]+")


def normal(wording: str) -> str:
    """A wording as the macro `wording` compares it: upper case, trimmed, single spaces.

    The database raises every letter by itself, so that the text keeps its length.
    """
    return _BLANKS.sub(" ", "".join(map(_upper, wording))).strip(" ")


def _upper(letter: str) -> str:
    """The capital of a letter, if that is one letter: ß has one, the ligature ﬁ has none."""
    if letter == "ß":
        return "\N{LATIN CAPITAL LETTER SHARP S}"
    capitals = (letter.upper(), letter.title(), letter)
    return next(capital for capital in capitals if len(capital) == 1)


def read_terms(
    folder: Path,
    trial_ids: Collection[str],
    responses: tuple[str, ...],
    own_categories: Collection[str] = (),
    ready_made: Iterable[Term] = (),
) -> tuple[Term, ...]:
    """terms.csv, checked: known trials, domains, categories and values; no wording twice.

    `responses` are the values that a response may have, `own_categories` the categories that the
    study's facts name beside the built-in ones; their values are free. Of the `ready_made` terms
    those stand that terms.csv does not define for every trial.
    """
    allowed = CATEGORY_VALUES | {"response": responses}
    allowed |= {name: None for name in own_categories if name not in allowed}
    terms: list[Term] = []
    seen: dict[tuple[str | None, ...], str] = {}
    for row in read_rows(folder / TERMS_FILE, _COLUMNS):
        term = _term(row, trial_ids, allowed)
        if term.category not in own_categories:
            _check_domain(row, term)
        key = _key(term)
        if key in seen:
            raise StudyError(
                f"{row.where}: the wording '{term.wording or '(any)'}' already has a "
                f"{term.category} at {seen[key]}; keep one of them."
            )
        seen[key] = row.where
        terms.append(term)
    return (*terms, *(term for term in ready_made if _key(term) not in seen))


def _key(term: Term) -> tuple[str | None, ...]:
    testcd = None if term.testcd is None else normal(term.testcd)
    wording = None if term.wording is None else normal(term.wording)
    return (term.trial_id, _family(term.domain), testcd, wording, term.category)


def _check_domain(row: Row, term: Term) -> None:
    """A meaning that no record of its domain is asked for would be lost without a word."""
    domains = _DOMAINS[term.category]
    if _family(term.domain) not in domains:
        raise StudyError(
            f"{row.where}: category '{term.category}' is read from {choices(domains)}, not from "
            f"{term.domain}; correct column 'domain', or declare a fact that asks for it."
        )


def _family(domain: str) -> str:
    return _SUPP if domain.startswith(_SUPP) else domain


def _term(
    row: Row, trial_ids: Collection[str], allowed: Mapping[str, tuple[str, ...] | None]
) -> Term:
    category = row.one_of("category", allowed, "category")
    value = row.required("value")
    values = allowed[category]
    if values is not None:
        row.known(value, values, f"{category} value")
    if category == "cycle" and not _CYCLE.fullmatch(value):
        raise StudyError(f"{row.where}: cycle '{value}' is not a cycle number; write 1, 2, ...")
    trial_id = row.text("trial_id")
    if trial_id is not None:
        row.known(trial_id, trial_ids, "trial")
    return Term(
        trial_id=trial_id,
        domain=row.domain("domain"),
        testcd=row.text("testcd"),
        wording=row.text("wording"),
        category=category,
        value=value,
        note=row.text("note"),
    )
