"""The variables that many domains have, each said once. Names follow SDTMIG 3.4."""

from typing import Final

from analytics.study.domains.catalogue import Answer, Variable

SUBJECT_KEYS: Final = tuple(
    Variable(name, "text", "file", values, derives, "missing_key")
    for name, values, derives in (
        ("STUDYID", "the trial's id", "the trial"),
        ("USUBJID", "a subject of DM", "the subject"),
    )
)
GROUPED: Final = "records of one group count once in a factor that counts records"


def keys(code: str, *, numbered: bool = True) -> tuple[Variable, ...]:
    """STUDYID, DOMAIN, USUBJID and, where records are numbered, --SEQ."""
    trial, subject = SUBJECT_KEYS
    domain = Variable(
        "DOMAIN",
        "text",
        "optional",
        code,
        "checked only (wrong_domain)",
        answers="domain_given",
    )
    return (trial, domain, subject, *((_sequence(code),) if numbered else ()))


def _sequence(code: str) -> Variable:
    return Variable(
        f"{code}SEQ",
        "whole number",
        "record",
        "one number per record of a subject",
        "which record, for qualifiers and repeats",
        "missing_key",
        answers="seq",
    )


def key(name: str, derives: str, values: str = "any", *, answers: Answer | None = None) -> Variable:
    """A variable without which a record names nothing."""
    return Variable(name, "text", "record", values, derives, "missing_key", answers=answers)


def optional(
    name: str,
    derives: str,
    values: str = "any",
    absent: str = "nothing",
    *,
    answers: Answer | None = None,
) -> Variable:
    """A text that may be empty."""
    return Variable(name, "text", "optional", values, derives, absent, answers=answers)


def carried(*names: str) -> tuple[Variable, ...]:
    """Texts that stand in staging and that nothing is derived from."""
    return tuple(Variable(name, "text", "optional") for name in names)


def test(code: str) -> tuple[Variable, ...]:
    """--TESTCD, and --TEST beside it."""
    name = f"{code}TESTCD"
    derives = "which test: terms and factors name it"
    return (
        key(name, derives, "a short name, 8 characters at most", answers="testcd"),
        *carried(f"{code}TEST"),
    )


def category(code: str) -> Variable:
    """--CAT."""
    return optional(f"{code}CAT", "factors that name a category", answers="category")


def specimen(code: str) -> Variable:
    """--SPEC."""
    return optional(f"{code}SPEC", "factors that name a specimen", answers="specimen")


def results(
    code: str, *, with_number: bool, units: tuple[Variable, ...] = ()
) -> tuple[Variable, ...]:
    """--ORRES and --STRESC, and --STRESN where the domain has it.

    `units` are --ORRESU, which stands after --ORRES, and --STRESU, which stands at the end.
    """
    known = "where terms.csv covers the test: one of its wordings"
    collected = Variable(
        f"{code}ORRES",
        "text",
        "result",
        known,
        "terms where --STRESC is empty",
        answers="collected_text",
    )
    standard = Variable(
        f"{code}STRESC",
        "text",
        "result",
        known,
        "terms and factors, before --ORRES",
        "missing_result if all are",
        answers="standard_text",
    )
    number = Variable(
        f"{code}STRESN",
        "number",
        "result",
        "finite, with a decimal point",
        "measured factors and residual disease",
        "the text alone counts",
        answers="number",
    )
    numbers = (number,) if with_number else ()
    return (collected, *units[:1], standard, *numbers, *units[1:])


def not_done(code: str) -> tuple[Variable, ...]:
    """--STAT, and --REASND beside it."""
    absent = "the test counts as done"
    return (
        optional(f"{code}STAT", "not_done", "NOT DONE or empty", absent, answers="stat"),
        *carried(f"{code}REASND"),
    )


def record_date(name: str, derives: str, *, needed: bool = True) -> Variable:
    """The date of the record: --DTC of findings, --STDTC of interventions and events."""
    return Variable(
        name,
        "date",
        "record" if needed else "optional",
        "ISO 8601, complete or partial",
        derives,
        "missing_date" if needed else "the day is not known",
        answers="dtc",
    )


def other_date(name: str, derives: str) -> Variable:
    """Another date of the record, which may be empty."""
    values = "ISO 8601, complete or partial"
    return Variable(name, "date", "optional", values, derives, "the day is not known")


def visit(derives: str = "carried, not used") -> tuple[Variable, ...]:
    """VISITNUM and VISIT."""
    return (visit_number(derives), *carried("VISIT"))


def visit_number(derives: str = "carried, not used") -> Variable:
    """VISITNUM, compared as a number."""
    return Variable("VISITNUM", "number", "optional", "any", derives, answers="visitnum")
