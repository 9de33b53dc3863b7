"""What goes otherwise than planned, and in how many subjects: each kind in a stated number."""

from enum import StrEnum
from typing import Final

from .trial import N_RANDOMISED


class Accident(StrEnum):
    """One kind of accident; the value is what the page on the study says of it."""

    NOT_TREATED = "randomised, but not treated"
    WRONG_ARM = "treated with the treatment of the other arm"
    WRONG_STRATUM = "randomised with an ECOG status that the form contradicts"
    NO_BASELINE = "no tumour assessment at baseline, so none later is evaluable"
    NO_FOLLOW_UP_SCAN = "treated, but without any tumour assessment after baseline"
    MISSED_ONE = "one missed assessment between two others"
    MISSED_BEFORE_PROGRESSION = "two missed assessments just before progression"
    MISSED_BEFORE_DEATH = "two or more missed assessments before death without progression"
    THERAPY_BEFORE_PROGRESSION = "new anti-cancer therapy before progression"
    NOT_EVALUABLE = "one assessment that is not evaluable"
    UNCONFIRMED = "a partial response that the next assessment does not confirm"
    LOST = "lost to follow-up"
    WITHDRAWN = "consent withdrawn, survival included"
    DEATH_AFTER_CUTOFF = "death after the data cut-off that the data contain"
    PARTIAL_DEATH_DATE = "death date without its day"
    FATAL_ADVERSE_EVENT = "adverse event with the outcome death"
    CROSSOVER = "crossover from placebo to SYN1042 after progression"
    REVIEW_LATER = "independent review finds progression later than the investigator or not at all"
    REVIEW_EARLIER = "independent review finds progression one assessment earlier"
    READERS_DIFFER = "the two readers differ, and the adjudicator decides"
    PARTIAL_THERAPY_DATE = "new anti-cancer therapy after progression whose start lacks its day"
    PARTIAL_EVENT_DATE = "adverse event below grade 3 whose start lacks its day"


# Of 240 randomised subjects.
COUNTS: Final[dict[Accident, int]] = {
    Accident.NOT_TREATED: 4,
    Accident.WRONG_ARM: 3,
    Accident.WRONG_STRATUM: 5,
    Accident.NO_BASELINE: 2,
    Accident.NO_FOLLOW_UP_SCAN: 3,
    Accident.MISSED_ONE: 10,
    Accident.MISSED_BEFORE_PROGRESSION: 5,
    Accident.MISSED_BEFORE_DEATH: 4,
    Accident.THERAPY_BEFORE_PROGRESSION: 7,
    Accident.NOT_EVALUABLE: 8,
    Accident.UNCONFIRMED: 6,
    Accident.LOST: 9,
    Accident.WITHDRAWN: 6,
    Accident.DEATH_AFTER_CUTOFF: 4,
    Accident.PARTIAL_DEATH_DATE: 3,
    Accident.FATAL_ADVERSE_EVENT: 4,
    Accident.CROSSOVER: 30,
    Accident.REVIEW_LATER: 14,
    Accident.REVIEW_EARLIER: 9,
    Accident.READERS_DIFFER: 24,
    Accident.PARTIAL_THERAPY_DATE: 5,
    Accident.PARTIAL_EVENT_DATE: 6,
}


def count_of(accident: Accident, n_randomised: int) -> int:
    """In how many of the randomised subjects it happens; in proportion, rounded."""
    return round(COUNTS[accident] * n_randomised / N_RANDOMISED)
