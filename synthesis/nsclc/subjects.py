"""Who is screened, who is randomised, and to which arm."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Final

from .accidents import Accident, count_of
from .streams import stream
from .trial import (
    ARMS,
    BLOCK,
    FIRST_RANDOMISATION,
    LAST_RANDOMISATION,
    SITES,
    SUBJECT_PREFIX,
    Arm,
    Histology,
    Pdl1,
    Site,
    Stratum,
    is_working_day,
)

# PD-L1: chance of a level, and the tumour proportion scores of the level in per cent.
_PDL1: Final[tuple[tuple[float, Pdl1, tuple[int, int]], ...]] = (
    (0.35, "<1%", (0, 0)),
    (0.35, "1-49%", (1, 49)),
    (0.30, ">=50%", (50, 95)),
)
_SQUAMOUS: Final = 0.3
_ECOG_1: Final = 0.6
_PERFORMANCE_STATUS: Final = "INCL02"  # the criterion of an ECOG status of 0 or 1
_FEMALE: Final = 0.4
_ASIAN_SITES: Final = ("JPN", "KOR")
_RACES: Final = ("WHITE", "BLACK OR AFRICAN AMERICAN", "ASIAN", "NOT REPORTED")
_RACE_CHANCES: Final = (0.82, 0.08, 0.05, 0.05)


@dataclass(frozen=True)
class Person:
    """A subject as described at screening. The tumour proportion score is in per cent."""

    subjid: str
    site: Site
    age: int
    sex: str
    race: str
    ethnic: str
    weight: float
    tumour_proportion: int
    pdl1: Pdl1
    histology: Histology
    ecog: int
    diagnosed: date
    consented: date

    @property
    def usubjid(self) -> str:
        return f"{SUBJECT_PREFIX}-{self.subjid}"


@dataclass(frozen=True)
class Subject:
    """A randomised subject; `stratum` is as recorded at randomisation."""

    person: Person
    randomised: date
    stratum: Stratum
    arm: Arm
    has_wrong_stratum: bool


@dataclass(frozen=True)
class ScreenFailure:
    """A screened subject who was not randomised, from the day of the decision."""

    person: Person
    failed: date
    criterion: str  # IETESTCD


@dataclass(frozen=True)
class _Screened:
    """What is drawn before subjects are numbered."""

    site: Site
    consented: date
    randomised: date | None
    rng: Random


def screen(
    seed: int, n_randomised: int, n_screen_failures: int
) -> tuple[tuple[Subject, ...], tuple[ScreenFailure, ...]]:
    """Randomised subjects in the order of randomisation, and screen failures."""
    screened = [
        _screened(stream(seed, "screening", str(number)), number < n_randomised)
        for number in range(n_randomised + n_screen_failures)
    ]
    persons = [
        _person(one, subjid) for one, subjid in zip(screened, _subjids(screened), strict=True)
    ]
    accepted = [
        (one.randomised, person)
        for one, person in zip(screened, persons, strict=True)
        if one.randomised is not None
    ]
    accepted.sort(key=lambda pair: (pair[0], pair[1].subjid))
    failed = [
        _screen_failure(person, one.rng)
        for one, person in zip(screened, persons, strict=True)
        if one.randomised is None
    ]
    return _randomise(seed, accepted), tuple(failed)


def _screened(rng: Random, is_randomised: bool) -> _Screened:
    n_days = (LAST_RANDOMISATION - FIRST_RANDOMISATION).days
    day = FIRST_RANDOMISATION + timedelta(days=rng.randint(0, n_days))
    while not is_working_day(day):
        day -= timedelta(days=1)
    day = max(day, FIRST_RANDOMISATION)
    consented = day - timedelta(days=rng.randint(10, 27))
    while not is_working_day(consented):
        consented -= timedelta(days=1)
    return _Screened(rng.choice(SITES), consented, day if is_randomised else None, rng)


def _subjids(screened: Sequence[_Screened]) -> list[str]:
    """Numbers within a site in the order of consent, in the order of the argument."""
    numbers: dict[int, int] = defaultdict(int)
    subjids = [""] * len(screened)
    for place in sorted(range(len(screened)), key=lambda place: screened[place].consented):
        site = screened[place].site.number
        numbers[site] += 1
        subjids[place] = f"{site}{numbers[site]:03d}"
    return subjids


def _person(screened: _Screened, subjid: str) -> Person:
    rng = screened.rng
    draw = rng.random()
    level = next(
        place
        for place in range(len(_PDL1))
        if draw < sum(chance for chance, _, _ in _PDL1[: place + 1]) or place == len(_PDL1) - 1
    )
    _, pdl1, limits = _PDL1[level]
    sex = "F" if rng.random() < _FEMALE else "M"
    is_asian = screened.site.country in _ASIAN_SITES
    is_hispanic = screened.site.country == "ESP" and rng.random() < 0.1
    return Person(
        subjid=subjid,
        site=screened.site,
        age=min(85, max(34, round(rng.gauss(64, 9)))),
        sex=sex,
        race="ASIAN" if is_asian else rng.choices(_RACES, _RACE_CHANCES)[0],
        ethnic="HISPANIC OR LATINO" if is_hispanic else "NOT HISPANIC OR LATINO",
        weight=round(max(42.0, rng.gauss(64 if sex == "F" else 76, 11)), 1),
        tumour_proportion=rng.randint(*limits),
        pdl1=pdl1,
        histology="SQUAMOUS" if rng.random() < _SQUAMOUS else "NON-SQUAMOUS",
        ecog=1 if rng.random() < _ECOG_1 else 0,
        diagnosed=screened.consented - timedelta(days=rng.randint(150, 700)),
        consented=screened.consented,
    )


def _screen_failure(person: Person, rng: Random) -> ScreenFailure:
    failed = person.consented + timedelta(days=rng.randint(3, 14))
    while not is_working_day(failed):
        failed += timedelta(days=1)
    criterion = rng.choice((_PERFORMANCE_STATUS, "INCL03", "EXCL01", "EXCL02"))
    if criterion == _PERFORMANCE_STATUS:
        person = replace(person, ecog=2)
    return ScreenFailure(person, failed, criterion)


def _randomise(seed: int, accepted: Sequence[tuple[date, Person]]) -> tuple[Subject, ...]:
    """Permuted blocks within each stratum, in the order of randomisation."""
    wrong = set(
        stream(seed, "wrong strata").sample(
            range(len(accepted)), count_of(Accident.WRONG_STRATUM, len(accepted))
        )
    )
    numbers: dict[Stratum, int] = defaultdict(int)
    subjects = []
    for place, (randomised, person) in enumerate(accepted):
        ecog = 1 - person.ecog if place in wrong else person.ecog
        stratum = Stratum(person.pdl1, person.histology, ecog)
        arm = _arm(seed, stratum, numbers[stratum])
        numbers[stratum] += 1
        subjects.append(Subject(person, randomised, stratum, arm, place in wrong))
    return tuple(subjects)


def _arm(seed: int, stratum: Stratum, number: int) -> Arm:
    """The arm of the nth subject of a stratum, counted from 0."""
    block, place = divmod(number, BLOCK)
    topic = (stratum.pdl1, stratum.histology, str(stratum.ecog), str(block))
    arms = [arm for arm in ARMS for _ in range(BLOCK // len(ARMS))]
    stream(seed, "block", *topic).shuffle(arms)
    return arms[place]
