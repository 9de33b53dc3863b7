"""The SDTM domains Plateau reads and the variables its staging models rely on.

Names follow SDTMIG 3.4. A variable that a file does not have is NULL in `raw`; a variable
that is not listed here is loaded as it stands and simply not used. Loading takes its required
files and variables from here, and docs/input-contract.md is written from it.
"""

from dataclasses import dataclass
from typing import Final, Literal

Need = Literal["file", "record", "result", "optional"]
Kind = Literal["text", "number", "whole number", "date"]

NEEDS: Final[dict[str, str]] = {
    "file": "required in the file: a file without the variable is refused; and in the record",
    "record": "required in the record: a record without a value is turned away",
    "result": "one of the domain's result variables is required in the record",
    "optional": "optional",
}


@dataclass(frozen=True)
class Variable:
    """One variable: what it may hold, what is derived from it, what happens without it."""

    name: str
    kind: Kind
    need: Need
    values: str = "any"
    derives: str = "carried, not used"
    absent: str = "nothing"


@dataclass(frozen=True)
class Domain:
    """One domain; `is_needed`: every trial has a file of it."""

    code: str
    label: str
    variables: tuple[Variable, ...]
    is_needed: bool = False
    absent: str = "facts that only this domain holds are not known"


def _keys(code: str, *more: Variable) -> tuple[Variable, ...]:
    others = () if code == "DM" else (_sequence(code),) if code != "SV" else ()
    return (
        Variable("STUDYID", "text", "file", "the trial's id", "the trial", "missing_key"),
        Variable("DOMAIN", "text", "optional", code, "checked only (wrong_domain)"),
        Variable("USUBJID", "text", "file", "a subject of DM", "the subject", "missing_key"),
        *others,
        *more,
    )


def _sequence(code: str) -> Variable:
    return Variable(
        f"{code}SEQ",
        "whole number",
        "record",
        "one number per record of a subject",
        "which record, for qualifiers and repeats",
        "missing_key",
    )


def _optional(name: str, derives: str, values: str = "any", absent: str = "nothing") -> Variable:
    return Variable(name, "text", "optional", values, derives, absent)


def _carried(*names: str) -> tuple[Variable, ...]:
    return tuple(Variable(name, "text", "optional") for name in names)


def _test(code: str) -> Variable:
    return Variable(
        f"{code}TESTCD",
        "text",
        "record",
        "a short name, 8 characters at most",
        "which test: terms and factors name it",
        "missing_key",
    )


def _results(code: str, *, with_number: bool) -> tuple[Variable, ...]:
    """--STRESC and --ORRES, and --STRESN where the domain has it."""
    known = "where terms.csv covers the test: one of its wordings"
    text = "terms and factors, before --ORRES"
    number = Variable(
        f"{code}STRESN",
        "number",
        "result",
        "finite, with a decimal point",
        "measured factors and residual disease",
        "the text alone counts",
    )
    return (
        Variable(f"{code}ORRES", "text", "result", known, "terms where --STRESC is empty"),
        Variable(f"{code}STRESC", "text", "result", known, text, "missing_result if all are"),
        *((number,) if with_number else ()),
    )


def _not_done(code: str) -> tuple[Variable, ...]:
    return (
        _optional(f"{code}STAT", "not_done", "NOT DONE or empty", "the test counts as done"),
        *_carried(f"{code}REASND"),
    )


def _date(name: str, derives: str, *, needed: bool = True) -> Variable:
    return Variable(
        name,
        "date",
        "record" if needed else "optional",
        "ISO 8601, complete or partial",
        derives,
        "missing_date" if needed else "the day is not known",
    )


def _visit(derives: str = "carried, not used") -> tuple[Variable, ...]:
    return (
        Variable("VISITNUM", "number", "optional", "any", derives),
        *_carried("VISIT"),
    )


_GROUP: Final = "records of one group count once in a factor that counts records"
_DOMAINS: Final = (
    Domain(
        "DM",
        "Demographics",
        (
            *_keys("DM"),
            _optional("SUBJID", "shown in marts.subjects"),
            *_carried("RFSTDTC", "RFXSTDTC", "RFXENDTC"),
            _date("DTHDTC", "the date of death, before DD, DS and SS", needed=False),
            _optional("DTHFL", "death_without_date when no domain has a date", "Y or empty"),
            *_carried("SITEID", "BRTHDTC"),
            Variable(
                "AGE",
                "number",
                "optional",
                "0 to 120, in AGEU",
                "factors named AGE",
                "the age is not known",
            ),
            _optional("AGEU", "the unit of AGE", "YEARS or empty", "YEARS is taken"),
            *(
                _optional(name, f"factors named {name}", "a wording of factor_levels.csv")
                for name in ("SEX", "RACE", "ETHNIC")
            ),
            *_carried("ARMCD"),
            _optional("ARM", "shown in marts.subjects"),
            _optional("COUNTRY", "factors named COUNTRY"),
        ),
        is_needed=True,
        absent="the trial is refused",
    ),
    Domain(
        "EX",
        "Exposure",
        (
            *_keys("EX"),
            *_carried("EXTRT"),
            Variable(
                "EXDOSE",
                "number",
                "record",
                "0 or more",
                "a record is a dose when it is above 0; 0 documents an interruption",
                "missing_result",
            ),
            *_carried("EXDOSU", "EXDOSFRQ", "EXROUTE"),
            Variable("VISITNUM", "number", "optional"),
            _optional(
                "VISIT",
                "the treatment cycle, by terms of category cycle",
                "where terms.csv has cycles: one of its wordings (unknown_cycle)",
                "the dose belongs to no cycle by name",
            ),
            *_carried("EPOCH"),
            _date("EXSTDTC", "the first dose, from which clocks run, and the cycles"),
            _date("EXENDTC", "the last dose; a sign of life", needed=False),
        ),
        is_needed=True,
        absent="the trial is refused",
    ),
    Domain(
        "RS",
        "Disease response and clinical classification",
        (
            *_keys("RS", _test("RS")),
            *_carried("RSTEST"),
            _optional("RSCAT", "factors that name a category"),
            *_results("RS", with_number=True),
            *_not_done("RS"),
            _optional("RSEVAL", "factors that name an evaluator; who is superseded by whom"),
            _optional("RSACPTFL", "the accepted one of several evaluations", "Y or empty"),
            *_visit(),
            _date("RSDTC", "the day of a response, relapse or classification; a sign of life"),
        ),
        absent="no remission and no relapse is known",
    ),
    Domain(
        "QS",
        "Questionnaires and scales",
        (
            *_keys("QS", _test("QS")),
            *_carried("QSTEST"),
            _optional("QSCAT", "factors that name a category"),
            *_results("QS", with_number=True),
            *_not_done("QS"),
            *_visit(),
            _date("QSDTC", "baseline factors; a sign of life"),
        ),
        absent="nothing, where RS holds the classification",
    ),
    Domain(
        "LB",
        "Laboratory results",
        (
            *_keys("LB", _test("LB")),
            *_carried("LBTEST"),
            _optional("LBCAT", "factors that name a category"),
            *_results("LB", with_number=True),
            *_carried("LBORRESU"),
            _optional(
                "LBSTRESU",
                "wrong_unit",
                "mrd_unit for residual disease, the factor's unit for its test",
                "wrong_unit, if a number stands there and the unit matters",
            ),
            *_not_done("LB"),
            _optional("LBNAM", "factors that name an evaluator (the laboratory)"),
            _optional("LBSPEC", "factors that name a specimen"),
            _optional("LBMETHOD", "the assay of residual disease; another method, another test"),
            Variable(
                "LBLLOD",
                "number",
                "optional",
                "0 or more, in LBSTRESU",
                "whether a negative residual disease decides",
                "LBLLOQ decides in its place",
            ),
            Variable(
                "LBLLOQ",
                "number",
                "optional",
                "0 or more, in LBSTRESU",
                "whether a positive one that is not quantifiable decides",
                "such a result decides nothing",
            ),
            *_visit(),
            _date("LBDTC", "residual disease and baseline factors; a sign of life"),
        ),
        absent="nobody is evaluable for residual disease",
    ),
    Domain(
        "GF",
        "Genomic findings",
        (
            *_keys("GF", _test("GF")),
            *_carried("GFTEST"),
            *_results("GF", with_number=False),
            *_not_done("GF"),
            _optional("GFSPEC", "factors that name a specimen"),
            _optional("GFMETHOD", "another method is another test"),
            *_visit(),
            _date("GFDTC", "baseline factors; a sign of life"),
        ),
    ),
    Domain(
        "PR",
        "Procedures",
        (
            *_keys(
                "PR",
                Variable(
                    "PRTRT",
                    "text",
                    "record",
                    "any; a transplant is a wording of terms.csv",
                    "transplants, before and after the first dose",
                    "missing_key",
                ),
            ),
            *_carried("PRDECOD", "PRCAT"),
            _date("PRSTDTC", "the day of a transplant; a sign of life"),
            _date("PRENDTC", "on which side of the first dose a partial date lies", needed=False),
            *_visit("the visit that tells of a transplant of partial date"),
        ),
        absent="no transplant is known",
    ),
    Domain(
        "MH",
        "Medical history",
        (
            *_keys(
                "MH",
                Variable(
                    "MHTERM", "text", "record", "any", "factors, if no MHDECOD", "missing_key"
                ),
            ),
            _optional("MHGRPID", _GROUP),
            _optional("MHDECOD", "factors of history", absent="MHTERM counts"),
            _optional("MHCAT", "factors that name a category"),
            _optional("MHSCAT", "factors that name a subcategory, in their column specimen"),
            _date("MHSTDTC", "history counts unless it began after the first dose", needed=False),
            *_carried("MHENDTC"),
        ),
    ),
    Domain(
        "CM",
        "Prior and concomitant medications",
        (
            *_keys(
                "CM",
                Variable("CMTRT", "text", "record", "any", "factors, if no CMDECOD", "missing_key"),
            ),
            _optional("CMGRPID", _GROUP),
            _optional("CMDECOD", "factors of prior treatment", absent="CMTRT counts"),
            _optional("CMCAT", "factors that name a category"),
            _optional("CMSCAT", "factors that name a subcategory, in their column specimen"),
            _date("CMSTDTC", "treatment counts unless it began after the first dose", needed=False),
            *_carried("CMENDTC"),
        ),
    ),
    Domain(
        "SS",
        "Survival status contacts",
        (
            *_keys("SS", _test("SS")),
            *_carried("SSTEST"),
            *_results("SS", with_number=False),
            *_not_done("SS"),
            *_visit(),
            _date("SSDTC", "the last day known alive; a death that nothing else dates"),
        ),
        absent="visits and examinations alone tell who is alive",
    ),
    Domain(
        "SV",
        "Subject visits",
        (
            *_keys("SV"),
            *_visit("the visit that tells of a transplant of partial date"),
            _optional(
                "SVCNTMOD",
                "whether a contact was a visit or a call",
                "a wording of terms.csv, where it has any",
                "it counts as a visit",
            ),
            _date("SVSTDTC", "visits and contacts; a sign of life"),
            _date("SVENDTC", "the last day of a visit; a sign of life", needed=False),
        ),
        absent="examinations alone tell when a patient was seen",
    ),
    Domain(
        "DS",
        "Disposition",
        (
            *_keys(
                "DS",
                Variable(
                    "DSDECOD",
                    "text",
                    "record",
                    "any; a death is a wording of terms.csv",
                    "a death, after DM and DD",
                    "missing_key",
                ),
            ),
            *_carried("DSTERM", "DSCAT"),
            _date("DSSTDTC", "the day of death"),
        ),
    ),
    Domain(
        "DD",
        "Death details",
        (
            *_keys("DD", _test("DD")),
            *_carried("DDTEST", "DDORRES"),
            _optional("DDSTRESC", "the cause of death", "where terms.csv has any: one of them"),
            _date("DDDTC", "the day of death, after DM"),
        ),
    ),
    Domain(
        "SUPP",
        "Supplemental qualifiers, SUPP-- of any domain",
        (
            Variable("STUDYID", "text", "file", "the trial's id", "the trial", "missing_key"),
            Variable("RDOMAIN", "text", "record", "a domain", "whose record it is", "missing_key"),
            Variable("USUBJID", "text", "file", "a subject of DM", "the subject", "missing_key"),
            _optional("IDVAR", "how the record is named", "--SEQ or empty"),
            _optional("IDVARVAL", "which record", "a number that is there (unknown_record)"),
            Variable(
                "QNAM",
                "text",
                "record",
                "a short name, 8 characters at most",
                "which qualifier: terms name it",
                "missing_key",
            ),
            *_carried("QLABEL"),
            Variable(
                "QVAL",
                "text",
                "record",
                "where terms.csv covers QNAM: one of its wordings",
                "the site of a relapse",
                "missing_result",
            ),
            *_carried("QORIG", "QEVAL"),
        ),
        absent="the site of a relapse may stay unspecified",
    ),
)

DOMAINS: Final[dict[str, Domain]] = {domain.code: domain for domain in _DOMAINS}
DOMAIN_VARIABLES: Final[dict[str, tuple[str, ...]]] = {
    domain.code: tuple(variable.name for variable in domain.variables) for domain in _DOMAINS
}
REQUIRED_DOMAINS: Final = tuple(domain.code for domain in _DOMAINS if domain.is_needed)


def required_variables(domain: str) -> tuple[str, ...]:
    """The variables without which a file of the domain is refused."""
    return tuple(variable.name for variable in DOMAINS[domain].variables if variable.need == "file")
