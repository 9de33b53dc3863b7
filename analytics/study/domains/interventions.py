"""The interventions: what was given to a subject, and what was done."""

from typing import Final

from analytics.study.domains.catalogue import Domain, Variable
from analytics.study.domains.variables import (
    GROUPED,
    carried,
    category,
    key,
    keys,
    optional,
    other_date,
    record_date,
    visit,
    visit_number,
)

INTERVENTIONS: Final = (
    Domain(
        "EX",
        "Exposure",
        (
            *keys("EX"),
            optional("EXTRT", "conditions of fact_conditions.csv on the category dose"),
            Variable(
                "EXDOSE",
                "number",
                "optional",
                "0 or more; 0 for a placebo",
                "conditions of fact_conditions.csv on the category dose, if it names EXDOSE",
                "the record is a dose all the same",
                answers="number",
            ),
            *carried("EXDOSU", "EXDOSFRQ", "EXROUTE"),
            visit_number(),
            optional(
                "VISIT",
                "the treatment cycle, by terms of category cycle",
                "where terms.csv has cycles: one of its wordings (unknown_cycle)",
                "the dose belongs to no cycle by name",
                answers="collected_text",
            ),
            *carried("EPOCH"),
            record_date("EXSTDTC", "the first dose, from which clocks run, and the cycles"),
            other_date(
                "EXENDTC",
                "the last dose; a sign of life. A record without it, where others of the treatment "
                "(EXTRT) in the trial have one, or with one after the cut-off, goes on: unless "
                "another record of the treatment follows, the subject has no last dose yet",
            ),
        ),
        is_needed=True,
        absent="the trial is refused",
        vocabulary="closed",
        contact="in_person",
    ),
    Domain(
        "PR",
        "Procedures",
        (
            *keys("PR"),
            key(
                "PRTRT",
                "transplants, before and after the first dose",
                "any; a transplant is a wording of terms.csv",
                answers="collected_text",
            ),
            *carried("PRDECOD"),
            optional("PRCAT", "carried, not used", answers="category"),
            record_date("PRSTDTC", "the day of a transplant; a sign of life"),
            other_date("PRENDTC", "on which side of the first dose a partial date lies"),
            *visit("the visit that reports a transplant with a partial date"),
        ),
        absent="no transplant is known",
        contact="in_person",
    ),
    Domain(
        "CM",
        "Prior and concomitant medications",
        (
            *keys("CM"),
            optional("CMGRPID", GROUPED, answers="group"),
            key("CMTRT", "factors, if no CMDECOD", answers="collected_text"),
            optional(
                "CMDECOD",
                "factors of prior treatment",
                absent="CMTRT counts",
                answers="standard_text",
            ),
            category("CM"),
            optional(
                "CMSCAT",
                "factors that name a subcategory, in their column specimen",
                answers="specimen",
            ),
            record_date(
                "CMSTDTC", "treatment counts unless it began after the first dose", needed=False
            ),
            *carried("CMENDTC"),
        ),
    ),
)
