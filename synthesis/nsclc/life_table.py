"""A made-up life table of the population beside the trial: mortality by Gompertz' law.

python -m synthesis.nsclc.life_table > studies/nsclc/life_table.csv
"""

from collections.abc import Iterator
from math import exp
from typing import Final

AGES: Final = range(18, 101)
YEARS: Final = range(2021, 2025)
_AT_BIRTH: Final = {"female": 1.4e-5, "male": 2.2e-5}  # deaths per year, going on by Gompertz' law
_BY_AGE: Final = 0.1
_BY_YEAR: Final = -0.015


def lines() -> Iterator[str]:
    """The lines of the file: the yearly probability of death by year, sex and age."""
    yield "# Synthetic: Gompertz' law, with a decline over the years. No population is meant."
    yield "year,sex,age,yearly_probability"
    for year in YEARS:
        for sex, hazard in _AT_BIRTH.items():
            for age in AGES:
                yearly = hazard * exp(_BY_AGE * age + _BY_YEAR * (year - YEARS[0]))
                yield f"{year},{sex},{age},{1 - exp(-yearly):.6f}"


if __name__ == "__main__":
    print(*lines(), sep="\n")
