"""The special purpose domains, and the supplemental qualifiers of all."""

from typing import Final

from analytics.study.domains.catalogue import Domain, Variable
from analytics.study.domains.variables import (
    SUBJECT_KEYS,
    carried,
    key,
    keys,
    optional,
    other_date,
    record_date,
    visit,
)

_TRIAL, _SUBJECT = SUBJECT_KEYS


def _describes(name: str, derives: str | None = None, values: str = "any") -> Variable:
    return optional(name, derives or f"factors named {name}", values)


SPECIAL_PURPOSE: Final = (
    Domain(
        "DM",
        "Demographics",
        (
            *keys("DM", numbered=False),
            optional("SUBJID", "shown in marts.subjects"),
            *carried("RFSTDTC", "RFXSTDTC", "RFXENDTC"),
            other_date("DTHDTC", "the date of death, before DD, DS and SS"),
            optional("DTHFL", "death_without_date when no domain has a usable date", "Y or empty"),
            _describes("SITEID"),
            *carried("BRTHDTC"),
            Variable(
                "AGE",
                "number",
                "optional",
                "0 to 120, in AGEU",
                "factors named AGE",
                "the age is not known",
            ),
            optional("AGEU", "the unit of AGE", "YEARS or empty", "YEARS is taken"),
            *(
                _describes(name, values="a wording of factor_levels.csv")
                for name in ("SEX", "RACE", "ETHNIC")
            ),
            _describes("ARMCD"),
            _describes("ARM", "factors named ARM; shown in marts.subjects"),
            _describes("COUNTRY"),
        ),
        is_needed=True,
        absent="the trial is refused",
    ),
    Domain(
        "SV",
        "Subject visits",
        (
            *keys("SV", numbered=False),
            *visit("the visit that reports a transplant with a partial date"),
            optional(
                "SVCNTMOD",
                "whether a contact was a visit or a call",
                "a wording of terms.csv, where it has any",
                "it counts as a visit",
                answers="collected_text",
            ),
            record_date("SVSTDTC", "visits and contacts; a sign of life"),
            other_date("SVENDTC", "the last day of a visit; a sign of life"),
        ),
        absent="only examinations show when a patient was seen",
        vocabulary="closed",
        contact="in_person",
    ),
)

# The variables of a further domain without the two letters of its code, as staging reads them.
FURTHER: Final = Domain(
    "OTHER",
    "Any further domain that the study names, such as AE, VS, SC or TU",
    (
        _TRIAL,
        Variable(
            "DOMAIN",
            "text",
            "optional",
            "the domain of the file",
            "checked only (wrong_domain)",
            answers="domain_given",
        ),
        _SUBJECT,
        Variable(
            "SEQ",
            "whole number",
            "optional",
            "one number per record of a subject",
            "which record, for qualifiers and repeats",
            answers="seq",
        ),
        optional("GRPID", "records of one group count once", answers="group"),
        optional("TESTCD", "which test: terms and factors name it", answers="testcd"),
        optional("CAT", "factors that name a category", answers="category"),
        optional("SPEC", "factors that name a specimen; of events --SCAT", answers="specimen"),
        optional("EVAL", "factors that name an evaluator", answers="evaluator"),
        optional("METHOD", "another method is another test", answers="method"),
        optional("STAT", "not_done", "NOT DONE or empty", answers="stat"),
        optional("ACPTFL", "the accepted one of several evaluations", answers="accepted_flag"),
        optional("STDTEXT", "--STRESC or --DECOD: terms and factors", answers="standard_text"),
        optional("TEXT", "--ORRES, --TERM or --TRT", answers="collected_text"),
        Variable("STRESN", "number", "optional", "finite", "measured factors", answers="number"),
        optional("STRESU", "the unit", answers="unit"),
        *visit(),
        record_date("DTC", "--STDTC of events and interventions, --DTC of findings", needed=False),
        *carried("DATEVAR", "STDVAR", "TEXTVAR"),
    ),
    absent="nothing",
)

QUALIFIERS: Final = Domain(
    "SUPP",
    "Supplemental qualifiers, SUPP-- of any domain",
    (
        _TRIAL,
        key("RDOMAIN", "whose record it is", "a domain", answers="category"),
        _SUBJECT,
        optional("IDVAR", "how the record is named", "--SEQ, --GRPID, VISITNUM; empty for DM"),
        optional("IDVARVAL", "which record", "the value of IDVAR in that record (unknown_record)"),
        key(
            "QNAM",
            "which qualifier: terms name it",
            "a short name, 8 characters at most",
            answers="testcd",
        ),
        *carried("QLABEL"),
        Variable(
            "QVAL",
            "text",
            "record",
            "where terms.csv covers QNAM: one of its wordings",
            "terms and factors that stand in a qualifier, such as the site of a relapse",
            "missing_result",
            answers="collected_text",
        ),
        *carried("QORIG"),
        optional("QEVAL", "factors that name an evaluator", answers="evaluator"),
    ),
    absent="the site of a relapse may stay unspecified",
    vocabulary="closed",
)
