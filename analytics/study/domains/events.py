"""The events: what happened to a subject."""

from typing import Final

from analytics.study.domains.catalogue import Domain
from analytics.study.domains.variables import (
    GROUPED,
    carried,
    category,
    key,
    keys,
    optional,
    record_date,
)

EVENTS: Final = (
    Domain(
        "MH",
        "Medical history",
        (
            *keys("MH"),
            optional("MHGRPID", GROUPED, answers="group"),
            key("MHTERM", "factors, if no MHDECOD", answers="collected_text"),
            optional(
                "MHDECOD",
                "factors of history",
                absent="MHTERM counts",
                answers="standard_text",
            ),
            category("MH"),
            optional(
                "MHSCAT",
                "factors that name a subcategory, in their column specimen",
                answers="specimen",
            ),
            record_date(
                "MHSTDTC", "history counts unless it began after the first dose", needed=False
            ),
            *carried("MHENDTC"),
        ),
    ),
    Domain(
        "DS",
        "Disposition",
        (
            *keys("DS"),
            *carried("DSTERM"),
            key(
                "DSDECOD",
                "a death, after DM",
                "any; a death is a wording of terms.csv",
                answers="standard_text",
            ),
            optional("DSCAT", "carried, not used", answers="category"),
            record_date("DSSTDTC", "the day of death"),
        ),
    ),
)
