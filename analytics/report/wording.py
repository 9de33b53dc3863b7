"""English for counts, lists and estimates, correct for none, one, two and for what is not shown."""

import re
from collections.abc import Sequence
from typing import Final

from analytics import plural
from analytics.methods.statuses import SUPPRESSED
from analytics.report.elements import Row
from analytics.report.formats import (
    UNKNOWN,
    confidence,
    decimal,
    decimal_places,
    in_sentence,
    interval,
    percent,
    percent_interval,
    whole,
)
from analytics.study.number_styles import style

NOT_REACHED: Final = "not reached"
_OPEN_END: Final = " to not reached"
# labels that begin with a name keep their capital within a sentence
_NAMES: Final = frozenset(
    (
        "African", "Ann", "Asian", "Barcelona", "Binet", "Black", "Breslow", "Burkitt", "Caucasian",
        "Charlson", "Child-Pugh", "Clark", "Deauville", "Durie-Salmon", "Epstein-Barr", "European",
        "Fleming-Harrington", "Gehan's", "Gleason", "Gray's", "Hispanic", "Hodgkin", "Karnofsky",
        "Lansky", "Lugano", "Mantel-Byar", "Matutes", "Merkel", "Nottingham", "Peto-Peto",
        "Philadelphia", "Rai", "Tarone-Ware", "Waldenström", "White", "Wilms",
    )
)  # fmt: skip
_QUOTED: Final = re.compile(r'"[^"]*"')
_IN_BRACKETS: Final = re.compile(r"\([^()]*\)")
_STRATIFIED: Final = "Stratified "


def sentence(text: str) -> str:
    """The text as a sentence: a capital first, a full stop last."""
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def within(label: str) -> str:
    """A label as it stands within a sentence; names and abbreviations keep their capitals."""
    return label if label.partition(" ")[0].rstrip(",") in _NAMES else in_sentence(label)


def enclosed(label: str) -> str:
    """A label within a sentence that goes on: one with a comma is closed by another."""
    return within(label) + ("," if ", " in label else "")


def listed(items: Sequence[str], last: str = "and") -> str:
    """The items in a row: a, b, and c. With commas in their text, semicolons stand between.

    Commas within quotation marks or brackets do not count.
    """
    if len(items) < 2:
        return "".join(items)
    if any("," in _outside(item) for item in items):
        return f"{'; '.join(items[:-1])}; {last} {items[-1]}"
    if len(items) == 2:
        return f"{items[0]} {last} {items[1]}"
    return f"{', '.join(items[:-1])}, {last} {items[-1]}"


def _outside(text: str) -> str:
    """The text without what is within quotation marks and brackets, nested ones included."""
    text, before = _QUOTED.sub("", text), ""
    while text != before:
        text, before = _IN_BRACKETS.sub("", text), text
    return text


def in_a_row(labels: str, last: str = "and") -> str:
    """Labels that a comma separates, within a sentence: sex and prior HSCT."""
    return listed([within(label) for label in labels.split(", ")], last)


def counted(n: int | None, one: str = "patient", many: str | None = None) -> str:
    """A count with its noun: 1 patient, 259 patients; `-` for a count that is not known."""
    return f"{UNKNOWN} {many or f'{one}s'}" if n is None else plural.counted(n, one, many)


def in_months(value: float) -> str:
    """A number of whole or broken months: 1 month, 24 months."""
    return f"{decimal_places(value)} {plural.plural(value, 'month')}"


def with_article(label: str) -> str:
    """A label within a sentence, with its article where it names one of several."""
    name = within(label)
    return f"the {name}" if name.partition(" ")[0] in {"first", "last", "date", "day"} else name


def named_test(label: str) -> str:
    """A test with its article: the log-rank test, but Gray's test, and Gray's stratified test."""
    first, _, rest = label.removeprefix(_STRATIFIED).partition(" ")
    if label.startswith(_STRATIFIED) and first.endswith("'s"):
        return f"{first} stratified {rest}"
    name = within(label)
    return name if name.partition(" ")[0].endswith("'s") else f"the {name}"


def how_many(n_event: int | None, n: int | None, did: str, did_not: str) -> str:
    """How many of the patients: 204 of 259 patients died. Empty where a count is not shown."""
    if n is None or n_event is None or n == 0:
        return ""
    if n == 1:
        return f"the only patient {did if n_event else did_not}"
    if n_event == 0:
        return f"none of the {counted(n)} {did}"
    if n_event == n:
        return f"{'both patients' if n == 2 else f'all {counted(n)}'} {did}"
    return f"{whole(n_event)} of {counted(n)} {did}"


def how_many_alone(n_event: int | None, n: int | None, did: str, did_not: str) -> str:
    """The same as a sentence of its own: of 56 patients, 35 died."""
    if n is None or n_event is None or not 0 < n_event < n:
        return how_many(n_event, n, did, did_not)
    return f"of {counted(n)}, {whole(n_event)} {did}"


def limits(lower: float | None, upper: float | None, level: float | None) -> str:
    """The limits of a time in months, named: 95% CI, 5.5-8.5. Empty where there are none."""
    if lower is None and upper is None:
        return ""
    shown = f"{decimal(lower)}{_OPEN_END}" if upper is None else interval(lower, upper)
    return f"{confidence(level)}{style().ci_gap}{shown}"


def percent_limits(lower: float | None, upper: float | None, level: float | None) -> str:
    """The limits of a percentage, named; empty where there are none."""
    if lower is None or upper is None:
        return ""
    return f"{confidence(level)}{style().ci_gap}{percent_interval(lower, upper)}"


def bracketed(*parts: str) -> str:
    """The parts that say something in brackets, after a space; nothing without any."""
    said = "; ".join(part for part in parts if part)
    return f" ({said})" if said else ""


def months_or_not(row: Row, level: float | None, *more: str) -> str:
    """A median with its limits and what else belongs into its brackets; or that it has none."""
    lower, upper = row["median_ci_lower"], row["median_ci_upper"]
    value = row["median_months"]
    if value is None and not_shown(row):
        return f"not published{bracketed(*more)}"
    if value is None and row["n_event"] and lower is None and _failed(row):
        return f"not estimable{bracketed(reason(row['status']), *more)}"
    shown = NOT_REACHED if value is None else f"{decimal(value)} months"
    return f"{shown}{bracketed(limits(lower, upper, level), *more)}"


def rate(value: float, row: Row, level: float | None, *more: str) -> str:
    """A percentage with its limits."""
    shown = percent_limits(row["ci_lower_percent"], row["ci_upper_percent"], level)
    return f"{percent(value)}{bracketed(shown, *more)}"


def not_shown(row: Row) -> bool:
    """Whether the study does not publish the numbers of a row."""
    return str(row["status"]).startswith(SUPPRESSED)


def reason(status: str) -> str:
    """Why there is no number, as part of a sentence."""
    return status.partition(": ")[2] or status


def _failed(row: Row) -> bool:
    return row["status"] != "ok" and "median not reached" not in str(row["status"])
