"""The truth of the trial: every effect that the generator puts into the data.

Times to progression and to death follow Weibull distributions with proportional hazards. Both
share a frailty with a positive stable distribution of index `STABILITY`. That distribution keeps
hazards proportional when the frailty is averaged out: a conditional hazard ratio h gives the
marginal hazard ratio h ** STABILITY (Hougaard, Biometrika 1986;73:671-678). So the hazard ratios
below are exact for a Cox model with the stratification factors, and so is that of
progression-free survival, because the factors act on progression and death alike.

Effects follow the arm to which a subject was randomised, whatever treatment was taken: dosing
errors and crossover do not change them.
"""

import math
from random import Random
from typing import Final

from .trial import ACTIVE, Arm, Histology, Pdl1

# Hazard ratios of the arm SYN1042 to placebo: larger effect in PD-L1 of at least 50%.
HR_PROGRESSION: Final[dict[Pdl1, float]] = {"<1%": 0.70, "1-49%": 0.70, ">=50%": 0.42}
HR_DEATH: Final[dict[Pdl1, float]] = {"<1%": 0.82, "1-49%": 0.82, ">=50%": 0.58}
HR_SEVERE_ADVERSE_EVENT: Final = 1.8

# Hazard ratios of the stratification factors, the same for progression and death.
PROGNOSIS_PDL1: Final[dict[Pdl1, float]] = {"<1%": 1.0, "1-49%": 0.9, ">=50%": 0.8}
PROGNOSIS_HISTOLOGY: Final[dict[Histology, float]] = {"NON-SQUAMOUS": 1.0, "SQUAMOUS": 1.25}
PROGNOSIS_ECOG: Final[dict[int, float]] = {0: 1.0, 1: 1.5}

# Of a subject with all factors at their first level, on placebo. Days.
SCALE_PROGRESSION: Final = 185.0
SCALE_DEATH: Final = 640.0
SHAPE: Final = 1.15
STABILITY: Final = 0.75  # 1 - Kendall's tau of the two times

SEVERE_ADVERSE_EVENTS_PER_YEAR: Final = 0.45  # on placebo, on treatment
MILD_ADVERSE_EVENTS_PER_YEAR: Final = {True: 3.5, False: 2.2}  # on SYN1042 or not

# Chance of an objective response, of those whose disease is controlled for long enough to show it.
RESPONSE: Final[dict[Pdl1, float]] = {"<1%": 0.45, "1-49%": 0.45, ">=50%": 0.70}
RESPONSE_ON_PLACEBO: Final = 0.15
COMPLETE_RESPONSE: Final = 0.12  # of the responses

# Chance of treatment after progression.
SUBSEQUENT_THERAPY: Final = 0.5
# Chance that the first adverse event of grade 3 or more ends treatment.
DISCONTINUATION: Final = 0.25


def prognosis(pdl1: Pdl1, histology: Histology, ecog: int) -> float:
    """The hazard ratio of a subject on placebo to one with all factors at their first level."""
    return PROGNOSIS_PDL1[pdl1] * PROGNOSIS_HISTOLOGY[histology] * PROGNOSIS_ECOG[ecog]


def hazard_ratio_of_pfs(pdl1: Pdl1) -> float:
    """The exact hazard ratio of the earlier of progression and death.

    Given the frailty, hazards add up; averaged over it, their sum is raised to STABILITY.
    """
    weights = [scale ** (-SHAPE / STABILITY) for scale in (SCALE_PROGRESSION, SCALE_DEATH)]
    ratios = [hr[pdl1] ** (1 / STABILITY) for hr in (HR_PROGRESSION, HR_DEATH)]
    treated = sum(weight * ratio for weight, ratio in zip(weights, ratios, strict=True))
    return float((treated / sum(weights)) ** STABILITY)


def times(
    arm: Arm, pdl1: Pdl1, histology: Histology, ecog: int, rng: Random
) -> tuple[float, float]:
    """Days from randomisation to progression and to death, were there no other event."""
    frailty = _positive_stable(rng)
    base = prognosis(pdl1, histology, ecog)
    drawn = []
    for scale, effect in ((SCALE_PROGRESSION, HR_PROGRESSION), (SCALE_DEATH, HR_DEATH)):
        ratio = base * (effect[pdl1] if arm is ACTIVE else 1.0)
        rate = frailty * ratio ** (1 / STABILITY)
        drawn.append(scale * (rng.expovariate(1.0) / rate) ** (STABILITY / SHAPE))
    return drawn[0], drawn[1]


def _positive_stable(rng: Random) -> float:
    """A variable with Laplace transform exp(-s ** STABILITY); Kanter, Ann Probab 1975;3:697-707."""
    angle = math.pi * (1.0 - rng.random())
    weight = rng.expovariate(1.0)
    first = math.sin(STABILITY * angle) / math.sin(angle) ** (1 / STABILITY)
    second = math.sin((1 - STABILITY) * angle) / weight
    return float(first * second ** ((1 - STABILITY) / STABILITY))
