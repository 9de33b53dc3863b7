"""The ADaM datasets that a trial of kind adam is read from, and the variables used of them.

Variables that the study names itself (factors, flags, days of facts) come from adam_names.csv.
"""

from typing import Final

ADSL: Final = "ADSL"
ADTTE: Final = "ADTTE"
INTERVALS: Final = "ADTTEINT"
# dataset -> its variables
ADAM_DATASETS: Final[dict[str, tuple[str, ...]]] = {
    ADSL: (
        *("STUDYID", "USUBJID", "SUBJID", "AGE", "AGEU", "SEX", "RACE", "COUNTRY"),
        *("ARM", "TRT01P", "TRTSDT", "TRTEDT", "DTHDT", "DTHDTF", "LSTALVDT"),
    ),
    ADTTE: (
        *("STUDYID", "USUBJID", "PARAMCD", "PARAM", "AVAL", "AVALU"),
        *("STARTDT", "STARTDTF", "ADT", "ADTF", "CNSR", "EVNTDESC", "CNSDTDSC"),
        "ANL01FL",
    ),
    INTERVALS: ("STUDYID", "USUBJID", "PARAMCD", "TSTART", "TSTOP"),
}
REQUIRED_VARIABLES: Final[dict[str, tuple[str, ...]]] = {
    ADSL: ("STUDYID", "USUBJID"),
    ADTTE: ("STUDYID", "USUBJID", "PARAMCD", "AVAL", "CNSR"),
    INTERVALS: ("STUDYID", "USUBJID", "PARAMCD", "TSTART", "TSTOP"),
}
REQUIRED_DATASETS: Final = (ADSL, ADTTE)
# What time_unit may say, in capitals: its unit.
UNIT_NAMES: Final[dict[str, str]] = {
    "DAYS": "days",
    "DAY": "days",
    "WEEKS": "weeks",
    "WEEK": "weeks",
    "MONTHS": "months",
    "MONTH": "months",
    "YEARS": "years",
    "YEAR": "years",
}
# What AVALU, or the bracket at the end of PARAM, may say besides.
TIME_UNITS: Final[dict[str, str]] = {
    **UNIT_NAMES,
    "DAY(S)": "days",
    "WEEK(S)": "weeks",
    "WK": "weeks",
    "WKS": "weeks",
    "MONTH(S)": "months",
    "MO": "months",
    "MOS": "months",
    "YEAR(S)": "years",
    "YR": "years",
    "YRS": "years",
}
# By how much a time may differ from its dates without a finding, in days and as a share of them:
# rounding to a tenth of the unit, and a month of 30.4 or a year of 365 days. Days that were
# computed from months are no whole numbers.
TIME_SLACKS: Final[dict[str, tuple[float, float]]] = {
    "days": (0.05, 0.0),
    "weeks": (0.36, 0.0),
    "months": (1.6, 0.002),
    "years": (18.3, 0.002),
}


def days_in(unit: str, days_per_month: float) -> float:
    """The length of a unit of time in days; a year is twelve months of the study."""
    lengths = {"days": 1.0, "weeks": 7.0, "months": days_per_month, "years": 12 * days_per_month}
    return lengths[unit]


def dataset_of(kind: str, timing: str | None) -> str:
    """The dataset that holds a variable of adam_names.csv; `timing` is that of a factor."""
    if kind == "fact":
        return ADTTE
    return INTERVALS if kind == "factor" and timing == "post_baseline" else ADSL
