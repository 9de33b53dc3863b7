"""The trial design: TA, TE, TI, TS and TV. No record of a subject."""

from collections.abc import Iterator
from typing import Final

from ..records import Record
from ..trial import (
    ACTIVE,
    ARMS,
    ASSESSMENT_INTERVAL,
    CONFIRMATION_INTERVAL,
    CONTROL,
    CUTOFF,
    DOSE_MG,
    DRUG,
    FIRST_RANDOMISATION,
    N_RANDOMISED,
    PLACEBO,
    STABLE_MINIMUM,
    STUDYID,
    SURVIVAL_INTERVAL,
    TITLE,
    TREATMENT_INTERVAL,
)
from ..visits import (
    END_OF_STUDY,
    END_OF_TREATMENT,
    FIRST_DAY,
    FOLLOW_UP,
    MOST_OPEN_LABEL_CYCLES,
    OPEN_LABEL,
    SCREENING,
    WEEK,
)
from .elements import ELEMENTS, planned_elements

# IETESTCD: text and category.
CRITERIA: Final[dict[str, tuple[str, str]]] = {
    "INCL01": ("Non-small cell lung cancer, stage IV, after one platinum regimen", "INCLUSION"),
    "INCL02": ("ECOG performance status of 0 or 1", "INCLUSION"),
    "INCL03": ("At least one measurable lesion by RECIST 1.1", "INCLUSION"),
    "EXCL01": ("Untreated metastases of the central nervous system", "EXCLUSION"),
    "EXCL02": ("Active infection that requires systemic therapy", "EXCLUSION"),
}
_MOST_FOLLOW_UPS: Final = 15

# ETCD: rules for start and end.
_RULES: Final = {
    "SCRN": ("Informed consent", "First dose of study drug, or end of participation"),
    ACTIVE.element: ("First dose of SYN1042", "Day after the last dose of SYN1042"),
    CONTROL.element: ("First dose of placebo", "Day after the last dose, or crossover"),
    "OL": ("First dose of SYN1042 after crossover", "Day after the last dose of SYN1042"),
    "FU": ("Day after the last dose of study drug", "Death or end of participation"),
}
_CROSSOVER: Final = "If progression: crossover to SYN1042 or follow-up"

# TSPARMCD, TSPARM, TSVAL.
_SUMMARY: Final = (
    ("TITLE", "Trial Title", TITLE),
    ("SPONSOR", "Clinical Study Sponsor", "None: the trial is synthetic"),
    ("STYPE", "Study Type", "INTERVENTIONAL"),
    ("TPHASE", "Trial Phase Classification", "PHASE III TRIAL"),
    ("INDIC", "Trial Disease/Condition Indication", "Non-small cell lung cancer"),
    ("TRT", "Investigational Therapy or Treatment", DRUG),
    ("COMPTRT", "Comparative Treatment Name", PLACEBO),
    ("DOSE", "Dose per Administration", str(DOSE_MG)),
    ("DOSU", "Dose Units", "mg"),
    ("DOSFRM", "Dose Form", "TABLET"),
    ("DOSFRQ", "Dosing Frequency", "QD"),
    ("ROUTE", "Route of Administration", "ORAL"),
    ("INTMODEL", "Intervention Model", "PARALLEL"),
    ("INTTYPE", "Intervention Type", "DRUG"),
    ("NARMS", "Planned Number of Arms", str(len(ARMS))),
    ("RANDOM", "Trial is Randomized", "Y"),
    ("RANDQT", "Randomization Quotient", "0.5"),
    ("TBLIND", "Trial Blinding Schema", "DOUBLE BLIND"),
    ("TCNTRL", "Control Type", "PLACEBO"),
    ("PLANSUB", "Planned Number of Subjects", str(N_RANDOMISED)),
    ("ACTSUB", "Actual Number of Subjects", str(N_RANDOMISED)),
    ("STRATFCT", "Stratification Factor", "PD-L1 tumor proportion score (<1%, 1-49%, >=50%)"),
    ("STRATFCT", "Stratification Factor", "Histology (squamous, non-squamous)"),
    ("STRATFCT", "Stratification Factor", "ECOG performance status (0, 1)"),
    ("OUTMSPRI", "Primary Outcome Measure", "Progression-free survival by investigator"),
    ("OUTMSSEC", "Secondary Outcome Measure", "Overall survival"),
    ("OUTMSSEC", "Secondary Outcome Measure", "Progression-free survival by independent review"),
    ("OUTMSSEC", "Secondary Outcome Measure", "Confirmed best overall response and its duration"),
    ("CRMDUR", "Confirmed Response Minimum Duration", f"P{CONFIRMATION_INTERVAL // 7}W"),
    ("SDMDUR", "Stable Disease Minimum Duration", f"P{STABLE_MINIMUM // 7}W"),
    ("AGEMIN", "Planned Minimum Age of Subjects", "P18Y"),
    ("SEXPOP", "Sex of Participants", "BOTH"),
    ("HLTSUBJI", "Healthy Subject Indicator", "N"),
    ("SSTDTC", "Study Start Date", FIRST_RANDOMISATION.isoformat()),
    ("DCUTDTC", "Data Cutoff Date", CUTOFF.isoformat()),
    ("DCUTDESC", "Data Cutoff Description", "PRIMARY ANALYSIS"),
    ("SDTIGVER", "SDTM IG Version", "3.4"),
)


def trial_design() -> dict[str, list[Record]]:
    """The records of the five datasets."""
    return {
        "TA": list(_arms()),
        "TE": list(_elements()),
        "TI": list(_criteria()),
        "TS": list(_summary()),
        "TV": list(_visits()),
    }


def _arms() -> Iterator[Record]:
    for arm in ARMS:
        for order, code in enumerate(planned_elements(arm), 1):
            name, epoch = ELEMENTS[code]
            yield {
                "STUDYID": STUDYID,
                "DOMAIN": "TA",
                "ARMCD": arm.code,
                "ARM": arm.description,
                "TAETORD": order,
                "ETCD": code,
                "ELEMENT": name,
                "TABRANCH": f"Randomized to {arm.code}" if code == "SCRN" else None,
                "TATRANS": _CROSSOVER if code == CONTROL.element else None,
                "EPOCH": epoch,
            }


def _elements() -> Iterator[Record]:
    for code, (name, _) in ELEMENTS.items():
        start, end = _RULES[code]
        yield {
            "STUDYID": STUDYID,
            "DOMAIN": "TE",
            "ETCD": code,
            "ELEMENT": name,
            "TESTRL": start,
            "TEENRL": end,
        }


def _criteria() -> Iterator[Record]:
    for code, (text, category) in CRITERIA.items():
        yield {
            "STUDYID": STUDYID,
            "DOMAIN": "TI",
            "IETESTCD": code,
            "IETEST": text,
            "IECAT": category,
            "TIVERS": "1",
        }


def _summary() -> Iterator[Record]:
    numbers: dict[str, int] = {}
    for code, name, value in _SUMMARY:
        numbers[code] = numbers.get(code, 0) + 1
        yield {
            "STUDYID": STUDYID,
            "DOMAIN": "TS",
            "TSSEQ": numbers[code],
            "TSPARMCD": code,
            "TSPARM": name,
            "TSVAL": value,
            "TSVCDREF": "ISO 8601" if code.endswith("DTC") else None,
        }
    yield {
        "STUDYID": STUDYID,
        "DOMAIN": "TS",
        "TSSEQ": 1,
        "TSPARMCD": "AGEMAX",
        "TSPARM": "Planned Maximum Age of Subjects",
        "TSVALNF": "PINF",
    }


def _visits() -> Iterator[Record]:
    yield _visit(SCREENING, "SCREENING", None, "Within 28 days before randomization")
    yield _visit(FIRST_DAY, "DAY 1", 1, "First dose, up to 3 days after randomization")
    n_days = (CUTOFF - FIRST_RANDOMISATION).days
    for day in range(TREATMENT_INTERVAL, n_days + TREATMENT_INTERVAL, TREATMENT_INTERVAL):
        what = "tumor assessment" if day % ASSESSMENT_INTERVAL == 0 else "on treatment"
        name = f"WEEK {day // 7}"
        yield _visit(WEEK + day // 7, name, day + 1, f"Planned day +/- 7 days; {what}")
    yield _visit(OPEN_LABEL, "OPEN LABEL DAY 1", None, "First dose after crossover", CONTROL.code)
    for cycle in range(1, MOST_OPEN_LABEL_CYCLES + 1):
        week = cycle * TREATMENT_INTERVAL // 7
        rule = f"{week} weeks after crossover"
        yield _visit(OPEN_LABEL + week, f"OPEN LABEL WEEK {week}", None, rule, CONTROL.code)
    yield _visit(END_OF_TREATMENT, "END OF TREATMENT", None, "Within 3 weeks after the last dose")
    rule = f"Every {SURVIVAL_INTERVAL // 7} weeks after the last visit"
    for number in range(1, _MOST_FOLLOW_UPS + 1):
        yield _visit(FOLLOW_UP + number, f"FOLLOW-UP {number}", None, rule)
    yield _visit(END_OF_STUDY, "END OF STUDY", None, "Withdrawal of consent")


def _visit(
    number: int, name: str, planned: int | None, rule: str, arm: str | None = None
) -> Record:
    return {
        "STUDYID": STUDYID,
        "DOMAIN": "TV",
        "VISITNUM": number,
        "VISIT": name,
        "VISITDY": planned,
        "ARMCD": arm,
        "TVSTRL": rule,
    }
