"""Where patients are treated: sites of unequal size, in countries that fit the recorded race."""

from random import Random

from .cohort import Patient
from .records import stream
from .trials import Trial

SIZE_SPREAD = 0.7  # of the logarithm of a site's size
# How much likelier a country is than its sites alone would make it. French sites may not ask
# for race; groups that are rare in Europe are mostly treated in North America.
COUNTRY_ODDS = {
    "unknown": {"FRA": 12.0},
    "asian": {"USA": 3.0, "GBR": 3.0, "CAN": 3.0},
    "black_or_african_american": {"USA": 8.0, "GBR": 3.0},
    "american_indian_or_alaska_native": {"USA": 100.0},
    "native_hawaiian_or_other_pacific_islander": {"USA": 100.0},
    "other": {"USA": 2.0, "GBR": 2.0},
}


def site_of(patient: Patient, trial: Trial, seed: int, rng: Random) -> tuple[str, str]:
    """The site of a patient and its country."""
    odds = COUNTRY_ODDS.get(patient.race, {})
    weights = [_size(trial, site, seed) * odds.get(country, 1.0) for site, country in trial.sites]
    return rng.choices(trial.sites, weights)[0]


def _size(trial: Trial, site: str, seed: int) -> float:
    """How much a site enrols: a few enrol many, most a few."""
    return stream(seed, trial.trial, site, "size").lognormvariate(0, SIZE_SPREAD)
