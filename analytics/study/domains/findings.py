"""The findings: what was examined, measured or asked, and with what result."""

from typing import Final, Literal

from analytics.study.domains.catalogue import Domain, Variable
from analytics.study.domains.variables import (
    carried,
    category,
    keys,
    not_done,
    optional,
    record_date,
    results,
    specimen,
    test,
    visit,
)

_NOT_KNOWN: Final = "facts that only this domain holds are not known"


def _findings(
    code: str,
    label: str,
    *variables: Variable,
    absent: str = _NOT_KNOWN,
    contact: Literal["in_person", "remote"] | None = None,
) -> Domain:
    return Domain(
        code,
        label,
        (*keys(code), *test(code), *variables),
        absent=absent,
        vocabulary="closed",
        repeats=True,
        contact=contact,
    )


_UNITS: Final = (
    *carried("LBORRESU"),
    optional(
        "LBSTRESU",
        "wrong_unit",
        "mrd_unit for residual disease, the factor's unit for its test",
        "wrong_unit, if a number stands there and the unit matters",
        answers="unit",
    ),
)

FINDINGS: Final = (
    _findings(
        "RS",
        "Disease response and clinical classification",
        category("RS"),
        *results("RS", with_number=True),
        *not_done("RS"),
        optional(
            "RSEVAL",
            "factors that name an evaluator; which result supersedes which",
            answers="evaluator",
        ),
        optional("RSMETHOD", "another method is another test", answers="method"),
        optional(
            "RSACPTFL",
            "the accepted one of several evaluations",
            "Y or empty",
            answers="accepted_flag",
        ),
        *visit(),
        record_date("RSDTC", "the day of a response, relapse or classification; a sign of life"),
        absent="no remission and no relapse is known",
        contact="in_person",
    ),
    _findings(
        "QS",
        "Questionnaires and scales",
        category("QS"),
        *results("QS", with_number=True),
        *not_done("QS"),
        *visit(),
        record_date("QSDTC", "baseline factors; a sign of life"),
        absent="nothing, where RS holds the classification",
        contact="remote",
    ),
    _findings(
        "LB",
        "Laboratory results",
        category("LB"),
        *results("LB", with_number=True, units=_UNITS),
        *not_done("LB"),
        optional("LBNAM", "factors that name an evaluator (the laboratory)", answers="evaluator"),
        specimen("LB"),
        optional(
            "LBMETHOD",
            "the assay of residual disease; another method, another test",
            answers="method",
        ),
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
        *visit(),
        record_date("LBDTC", "residual disease and baseline factors; a sign of life"),
        absent="no subject is evaluable for residual disease",
        contact="in_person",
    ),
    _findings(
        "GF",
        "Genomic findings",
        *results("GF", with_number=False),
        *not_done("GF"),
        specimen("GF"),
        optional("GFMETHOD", "another method is another test", answers="method"),
        *visit(),
        record_date("GFDTC", "baseline factors; a sign of life"),
        contact="remote",
    ),
    _findings(
        "SS",
        "Survival status contacts",
        *results("SS", with_number=False),
        *not_done("SS"),
        *visit(),
        record_date("SSDTC", "the last day known alive; a death that nothing else dates"),
        absent="only visits and examinations show who is alive",
        contact="remote",
    ),
    _findings(
        "DD",
        "Death details",
        *carried("DDORRES"),
        optional(
            "DDSTRESC",
            "the cause of death",
            "where terms.csv has any: one of them",
            answers="standard_text",
        ),
        record_date("DDDTC", "the day of death, after DM and DS"),
    ),
)
