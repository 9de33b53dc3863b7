"""A fictitious external control: placebo patients of another trial that does not exist either.

Their times to death are drawn from the truth of this trial's placebo arm, so that the hazard ratio
over its own placebo arm is 1 among patients alike. But they are not alike: more of them are in ECOG
1 and have squamous tumours, which is what weighting is for. Of them remains what a publication
would show: the curve as read off a figure, numbers at risk, and printed numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, stdev
from typing import Final

from .streams import stream
from .trial import CONTROL, Histology, Pdl1
from .truth import times

NAME: Final = "placebo_elsewhere"
_N: Final = 180
_ECOG_1: Final = 0.75
_SQUAMOUS: Final = 0.40
_PDL1: Final[tuple[Pdl1, ...]] = ("<1%", "1-49%", ">=50%")
_AGE: Final = (66.0, 8.0)
_AGES: Final = (40, 85)
_FOLLOWED: Final = (400, 1000)  # days
_DAYS_PER_MONTH: Final = 30.4375
_POINTS_PER_MONTH: Final = 2
_BETWEEN_NUMBERS_AT_RISK: Final = 4  # months
_RATES: Final = (12, 18)  # months

_TOML: Final = """\
# SYNTHETIC. Neither these patients nor the trial they would come from exist. This file, and those
# of the folder external/, are written by python -m synthesis.nsclc.

[[external]]
name = "{name}"
label = "Placebo in another trial that does not exist"
source = "Synthetic: generated with this study, not published anywhere"
endpoint = "OS"
n_events = {n_events}
median_months = {median:.1f}
rates = [{rates}]
tolerance = {{ n_events = 2, median_months = 0.5, rate_points = 1.0 }}
baseline = [
    {{ factor = "age", mean = {age:.1f}, sd = {sd:.1f} }},
    {{ factor = "stratum_ecog", level = "1", percent = {ecog:.1f} }},
    {{ factor = "stratum_histology", level = "squamous", percent = {squamous:.1f} }},
]
"""


@dataclass(frozen=True)
class ExternalPatient:
    """A patient elsewhere: days to death or last contact, and what is told of the baseline."""

    days: int
    died: bool
    age: int
    ecog: int
    histology: Histology


def external_patients(seed: int) -> tuple[ExternalPatient, ...]:
    """The patients behind the curve; in a real study nobody has them."""
    return tuple(_patient(seed, number) for number in range(_N))


def survival_curve(patients: Sequence[ExternalPatient]) -> list[tuple[int, float]]:
    """Kaplan-Meier: (day, survival) after each day of death."""
    found, survival = [(0, 1.0)], 1.0
    for day in sorted({one.days for one in patients if one.died}):
        at_risk = sum(one.days >= day for one in patients)
        deaths = sum(one.died and one.days == day for one in patients)
        survival *= 1 - deaths / at_risk
        found.append((day, survival))
    return found


def write_external(seed: int, folder: Path) -> None:
    """external.toml and the two files of external/, below the folder of the study."""
    patients = external_patients(seed)
    curve = survival_curve(patients)
    last = max(one.days for one in patients) / _DAYS_PER_MONTH
    n_points = int(last * _POINTS_PER_MONTH)
    points = [place / _POINTS_PER_MONTH for place in range(n_points + 1)]
    at_risk = [
        (months, sum(one.days >= months * _DAYS_PER_MONTH for one in patients))
        for months in range(0, int(last) + 1, _BETWEEN_NUMBERS_AT_RISK)
    ]
    place = folder / "external"
    place.mkdir(exist_ok=True)
    _write(
        place / f"{NAME}.csv",
        ["months,survival", *(f"{months:g},{_at(curve, months):.3f}" for months in points)],
    )
    _write(
        place / f"{NAME}_at_risk.csv",
        ["months,at_risk", *(f"{months},{number}" for months, number in at_risk)],
    )
    ages = [one.age for one in patients]
    median = next(day for day, survival in curve if survival <= 1 / 2) / _DAYS_PER_MONTH
    rates = ", ".join(
        f"{{ months = {months}, percent = {100 * _at(curve, months):.1f} }}" for months in _RATES
    )
    text = _TOML.format(
        name=NAME,
        n_events=sum(one.died for one in patients),
        median=median,
        rates=rates,
        age=mean(ages),
        sd=stdev(ages),
        ecog=100 * mean(one.ecog for one in patients),
        squamous=100 * mean(one.histology == "SQUAMOUS" for one in patients),
    )
    (folder / "external.toml").write_text(text, encoding="utf-8", newline="\n")


def _patient(seed: int, number: int) -> ExternalPatient:
    rng = stream(seed, "external", str(number))
    age = min(max(round(rng.gauss(*_AGE)), _AGES[0]), _AGES[1])
    ecog = int(rng.random() < _ECOG_1)
    histology: Histology = "SQUAMOUS" if rng.random() < _SQUAMOUS else "NON-SQUAMOUS"
    _, death = times(CONTROL, rng.choice(_PDL1), histology, ecog, rng)
    followed = rng.randint(*_FOLLOWED)
    days = max(min(int(death), followed), 1)
    return ExternalPatient(days, death < followed, age, ecog, histology)


def _at(curve: Sequence[tuple[int, float]], months: float) -> float:
    return [survival for day, survival in curve if day <= months * _DAYS_PER_MONTH][-1]


def _write(path: Path, lines: Sequence[str]) -> None:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
