"""The design of the trial: identifiers, dates, schedule, arms, strata, sites."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

Pdl1 = Literal["<1%", "1-49%", ">=50%"]
Histology = Literal["NON-SQUAMOUS", "SQUAMOUS"]

STUDYID: Final = "NSCLC-301"
SUBJECT_PREFIX: Final = "SYN-301"
TITLE: Final = "Synthetic placebo-controlled trial of SYN1042 in non-small cell lung cancer"
DRUG: Final = "SYN1042"
PLACEBO: Final = "PLACEBO"
DOSE_MG: Final = 20
REDUCED_DOSE_MG: Final = 10

SEED: Final = 301
N_RANDOMISED: Final = 240
N_SCREEN_FAILURES: Final = 25
SCREEN_FAILURE_VISIT: Final = (1, "SCREENING")  # VISITNUM, VISIT
BLOCK: Final = 4  # of the permuted blocks within a stratum

FIRST_RANDOMISATION: Final = date(2021, 3, 1)
LAST_RANDOMISATION: Final = date(2022, 8, 31)
CUTOFF: Final = date(2024, 1, 31)
DATABASE_LOCK: Final = date(2024, 3, 15)

# Days. A tumour assessment is due every eight weeks from randomisation, whatever the treatment.
ASSESSMENT_INTERVAL: Final = 56
WINDOW: Final = 7
JITTER: Final = 3  # no visit of this trial is further than this from its planned day
TREATMENT_INTERVAL: Final = 28  # between visits on treatment
SURVIVAL_INTERVAL: Final = 84  # between survival contacts
# An event later than this after the last adequate assessment follows two missed assessments.
MISSED_LIMIT: Final = 2 * ASSESSMENT_INTERVAL + WINDOW
CONFIRMATION_INTERVAL: Final = 28  # a response is confirmed by one at least this much later
STABLE_MINIMUM: Final = ASSESSMENT_INTERVAL - WINDOW  # from randomisation to a stable disease
ADVERSE_EVENT_FOLLOW_UP: Final = 30  # after the last dose

_SATURDAY: Final = 5
_HOLIDAYS: Final = ((1, 1), (12, 25), (12, 26))  # month, day


@dataclass(frozen=True)
class Arm:
    """A planned or actual arm: its code, description, and the treatment given."""

    code: str
    description: str
    treatment: str
    element: str  # ETCD of the treatment element


ACTIVE: Final = Arm("SYN1042", "SYN1042 20 mg once daily", DRUG, "SYN")
CONTROL: Final = Arm("PBO", "Placebo once daily", PLACEBO, "PBO")
ARMS: Final = (ACTIVE, CONTROL)


@dataclass(frozen=True)
class Stratum:
    """The stratification factors, as they were given to the randomisation system."""

    pdl1: Pdl1
    histology: Histology
    ecog: int


@dataclass(frozen=True)
class Site:
    number: int
    country: str  # ISO 3166 alpha-3


SITES: Final = tuple(
    Site(first + number, country)
    for first, country, count in (
        (100, "USA", 6),
        (200, "DEU", 4),
        (300, "ESP", 4),
        (400, "JPN", 3),
        (500, "KOR", 3),
    )
    for number in range(1, count + 1)
)


def other_arm(arm: Arm) -> Arm:
    """The arm that this one is not."""
    return CONTROL if arm is ACTIVE else ACTIVE


def is_working_day(day: date) -> bool:
    """Neither a weekend nor a holiday of every year."""
    return day.weekday() < _SATURDAY and (day.month, day.day) not in _HOLIDAYS


def day_of(day: date, origin: date) -> int:
    """Days from the origin, which is day 0."""
    return (day - origin).days


def date_of(day: int, origin: date) -> date:
    """The date of a day that counts from the origin."""
    return origin + timedelta(days=day)
