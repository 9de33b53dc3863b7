"""What differs between the two trials: dates, sites, doses and wordings."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class DoseArm:
    """A dose schedule: (day of cycle, dose) steps of the first and of later cycles."""

    code: str
    label: str
    first_cycle: tuple[tuple[int, int], ...]
    later_cycles: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Trial:
    """One trial: its calendar, its places, its doses and the words its forms use."""

    trial: str
    short: str
    first_enrolled: date
    last_enrolled: date
    cutoff: date
    sites: tuple[tuple[str, str], ...]  # site, country
    arms: tuple[tuple[date, DoseArm], ...]  # the dose cohorts and the days from which they enrol
    dose_unit: str
    long_visit_names: bool  # CYCLE 2 DAY 1, else C2D1
    records_hours: bool  # of infusions, else days alone
    ecog_domain: str
    mrd_test: str
    words: dict[str, tuple[str, ...]]  # category:value -> wordings

    def visit_name(self, cycle: int, day: int) -> str:
        """The name of a treatment visit; day counts from 1 within the cycle."""
        return f"CYCLE {cycle} DAY {day}" if self.long_visit_names else f"C{cycle}D{day}"

    def arm_on(self, first_dose: date) -> DoseArm:
        """The dose cohort that was open on the day of a first dose."""
        return [arm for opened, arm in self.arms if opened <= first_dose][-1]

    def restart_name(self, cycle: int) -> str:
        return f"CYCLE {cycle} RESTART" if self.long_visit_names else f"C{cycle} RESTART"


_FLAT_15 = DoseArm("BLIN15", "Blinatumomab 15 ug/m2/day", ((0, 15),), ((0, 15),))
_STEP_15 = DoseArm("BLIN5-15", "Blinatumomab 5 then 15 ug/m2/day", ((0, 5), (7, 15)), ((0, 15),))
_STEP_30 = DoseArm(
    "BLIN5-15-30",
    "Blinatumomab 5, 15 then 30 ug/m2/day",
    ((0, 5), (7, 15), (14, 30)),
    ((0, 30),),
)
_STEP_28 = DoseArm("BLIN9-28", "Blinatumomab 9 then 28 ug/day", ((0, 9), (7, 28)), ((0, 28),))

EXPLORATORY = Trial(
    trial="MT103-206",
    short="206",
    first_enrolled=date(2010, 10, 8),
    last_enrolled=date(2012, 6, 25),
    cutoff=date(2015, 6, 30),
    sites=tuple((f"SYN-DE-{n:02d}", "DEU") for n in range(1, 10)),
    arms=(
        (date(2010, 10, 8), _FLAT_15),
        (date(2011, 3, 21), _STEP_15),
        (date(2011, 6, 20), _STEP_30),
        (date(2011, 11, 7), _STEP_15),
    ),
    dose_unit="ug/m2/day",
    long_visit_names=True,
    records_hours=False,
    ecog_domain="QS",
    mrd_test="MRD",
    words={
        "response:CR": ("CR",),
        "response:CRh": ("CRH",),
        "response:hypocellular": ("BLAST-FREE HYPOPLASTIC OR APLASTIC BM",),
        "response:PR": ("PR",),
        "response:no_response": ("NO RESPONSE",),
        "response:progression": ("PD", "PROGRESSIVE DISEASE"),
        "response:not_evaluable": ("NE", "NOT EVALUABLE"),
        "relapse:hematologic": ("HEMATOLOGIC RELAPSE",),
        "relapse:extramedullary": ("EXTRAMEDULLARY RELAPSE",),
        "mrd:undetected": ("NEGATIVE",),
        "mrd:positive_not_quantifiable": ("POSITIVE, NOT QUANTIFIABLE",),
        "mrd:not_evaluable": ("NOT EVALUABLE", "NO SUITABLE MARKER"),
        "transplant:allogeneic": ("ALLOGENEIC HSCT",),
        "transplant:autologous": ("AUTOLOGOUS HSCT",),
        "status:alive": ("ALIVE",),
        "status:dead": ("DEAD",),
        "status:unknown": ("UNKNOWN",),
        "contact_mode:visit": ("IN PERSON",),
        "contact_mode:phone": ("TELEPHONE CALL",),
    },
)

CONFIRMATORY = Trial(
    trial="MT103-211",
    short="211",
    first_enrolled=date(2012, 1, 9),
    last_enrolled=date(2013, 11, 29),
    cutoff=date(2017, 2, 28),
    sites=tuple(
        (f"SYN-{country[:2]}-{n:02d}", country)
        for country, count in (
            ("USA", 15),
            ("DEU", 7),
            ("FRA", 4),
            ("GBR", 4),
            ("ITA", 4),
            ("ESP", 2),
            ("CAN", 1),
        )
        for n in range(1, count + 1)
    ),
    arms=((date(2012, 1, 9), _STEP_28),),
    dose_unit="ug/day",
    long_visit_names=False,
    records_hours=True,
    ecog_domain="RS",
    mrd_test="MRDPCR",
    words={
        "response:CR": ("COMPLETE REMISSION",),
        "response:CRh": ("COMPLETE REMISSION WITH PARTIAL HEMATOLOGIC RECOVERY",),
        "response:hypocellular": ("BLAST-FREE HYPOCELLULAR BONE MARROW",),
        "response:PR": ("PARTIAL REMISSION",),
        "response:no_response": ("NON-RESPONSE",),
        "response:progression": ("PROGRESSIVE DISEASE",),
        "response:not_evaluable": ("UNEVALUABLE",),
        "relapse:hematologic": ("DISEASE RELAPSE",),
        "relapse:extramedullary": ("DISEASE RELAPSE",),
        "mrd:undetected": ("NOT DETECTED",),
        "mrd:positive_not_quantifiable": ("DETECTED BELOW QUANTITATIVE RANGE",),
        "mrd:not_evaluable": ("INCONCLUSIVE", "INSUFFICIENT SAMPLE"),
        "transplant:allogeneic": (
            "ALLOGENEIC STEM CELL TRANSPLANT",
            "ALLOGENEIC STEM CELL TRANSPLANT",
            "ALLOGENEIC BONE MARROW TRANSPLANT",
        ),
        "transplant:autologous": ("AUTOLOGOUS STEM CELL TRANSPLANT",),
        "status:alive": ("SUBJECT ALIVE",),
        "status:dead": ("SUBJECT DIED",),
        "status:unknown": ("NO CONTACT POSSIBLE",),
        "contact_mode:visit": ("CLINIC VISIT",),
        "contact_mode:phone": ("PHONE",),
    },
)

TRIALS = {trial.trial: trial for trial in (EXPLORATORY, CONFIRMATORY)}
