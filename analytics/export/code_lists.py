"""The values that variables of the exported datasets may have, as define.xml lists them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

Terminology = Literal["ADaM", "SDTM"]

YES_NO: Final = "NY"
DATE_IMPUTATIONS: Final = "DATEFL"
AGE_UNITS: Final = "AGEU"
TIME_UNITS: Final = "UNIT"
CENSORINGS: Final = "CNSR"
CENSORINGS_ALONE: Final = "CNSR01"  # without competing events
EVENT_CODES: Final = "EVNTCODE"
ENDPOINT_CODES: Final = "PARAMCD"
ENDPOINTS: Final = "PARAM"
FOUND: Final = "found"  # the values that occur
OF_FACTOR: Final = "FACTOR."  # with the name of a factor: its levels


@dataclass(frozen=True)
class Term:
    """A value and what it means; `code` is that of the terminology."""

    value: str
    meaning: str | None = None
    code: str | None = None


@dataclass(frozen=True)
class CodeList:
    """The values of one or several variables; without a terminology they are the study's own.

    Either all terms have a meaning or none has.
    """

    name: str
    label: str
    terms: tuple[Term, ...]
    is_number: bool = False
    terminology: Terminology | None = None
    code: str | None = None


STANDARD_LISTS: Final = {
    item.name: item
    for item in (
        CodeList(
            YES_NO,
            "No Yes Response",
            (Term("N", "No", "C49487"), Term("Y", "Yes", "C49488")),
            terminology="SDTM",
            code="C66742",
        ),
        CodeList(
            AGE_UNITS,
            "Age Unit",
            (Term("YEARS", "Year", "C29848"),),
            terminology="SDTM",
            code="C66781",
        ),
        CodeList(
            TIME_UNITS,
            "Unit",
            (Term("DAYS", "Day", "C25301"),),
            terminology="SDTM",
            code="C71620",
        ),
        CodeList(
            DATE_IMPUTATIONS,
            "Date Imputation Flag",
            (
                Term("D", "Day imputed", "C81212"),
                Term("M", "Month and day imputed", "C81211"),
                Term("Y", "Year, month and day imputed", "C81210"),
            ),
            terminology="ADaM",
            code="C81223",
        ),
        CodeList(
            CENSORINGS,
            "Censoring",
            (Term("0", "Event"), Term("1", "Censored"), Term("2", "Competing event")),
            is_number=True,
        ),
        CodeList(
            CENSORINGS_ALONE,
            "Censoring, no competing event",
            (Term("0", "Event"), Term("1", "Censored")),
            is_number=True,
        ),
        CodeList(
            EVENT_CODES,
            "Event Code",
            (Term("0", "Censored, or no event"), Term("1", "Event"), Term("2", "Competing event")),
            is_number=True,
        ),
    )
}


def listed(name: str, label: str, values: Iterable[str]) -> CodeList | None:
    """The list of these values, each once, without meanings; None for no value."""
    terms = tuple(Term(value) for value in dict.fromkeys(values))
    return CodeList(name, label, terms) if terms else None


def meant(name: str, label: str, terms: Sequence[tuple[str, str]]) -> CodeList | None:
    """The list of these values with their meanings; None for no value."""
    found = tuple(Term(value, meaning) for value, meaning in dict(terms).items())
    return CodeList(name, label, found) if found else None
