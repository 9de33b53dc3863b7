"""What a reader measures: lesions and their sizes that agree with the responses by RECIST 1.1.

Sizes are whole millimetres. The response of the target lesions follows from their sum: complete
if all are gone, partial from a decrease of 30% from baseline, progression from an increase of 20%
and 5 mm from the smallest sum so far.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Final, Literal

from .events import Response

Progression = Literal["target", "non-target", "new"]
SMALLEST: Final = 5  # mm, of a lesion that can be measured at all
_SECOND_TARGET: Final = 0.3
_NON_TARGET: Final = 0.5
_TARGET_SITES: Final = ("LUNG", "LIVER", "ADRENAL GLAND")
_OTHER_SITES: Final = ("BONE", "PLEURA", "PERITONEUM")


@dataclass(frozen=True)
class Lesion:
    """A lesion of a reader: its number within its kind and where it is."""

    kind: Literal["TARGET", "NON-TARGET", "NEW"]
    name: str  # T01, NT01, NEW01
    site: str


@dataclass(frozen=True)
class Reading:
    """What a reader finds at an assessment; `diameters` of None are not measured.

    `non_target` is None for a reader who follows no such lesion.
    """

    diameters: tuple[int | None, ...]
    target: Response
    non_target: str | None
    has_new_lesion: bool


@dataclass(frozen=True)
class Reader:
    """The lesions of a reader and their readings: at baseline and at each assessment."""

    lesions: tuple[Lesion, ...]
    new_lesion: Lesion | None
    baseline: tuple[int, ...]
    readings: tuple[Reading, ...]


def read_lesions(responses: Sequence[Response], rng: Random) -> Reader:
    """Lesions whose readings give these overall responses."""
    n_targets = 2 if rng.random() < _SECOND_TARGET else 1
    has_other = rng.random() < _NON_TARGET
    baseline = tuple(rng.randint(14, 58) for _ in range(n_targets))
    mode = _mode(responses, has_other, rng)
    sites = rng.sample(_TARGET_SITES, n_targets)
    lesions = [Lesion("TARGET", f"T{n:02d}", site) for n, site in enumerate(sites, 1)]
    if has_other:
        lesions.append(Lesion("NON-TARGET", "NT01", rng.choice(_OTHER_SITES)))
    is_new = mode == "new" and "PD" in responses
    new = Lesion("NEW", "NEW01", rng.choice(("LIVER", "BRAIN", "BONE"))) if is_new else None
    readings = _readings(responses, baseline, mode, has_other, rng)
    return Reader(tuple(lesions), new, baseline, readings)


def _mode(responses: Sequence[Response], has_other: bool, rng: Random) -> Progression:
    """How the disease progresses; after a complete response by a new lesion."""
    draw = rng.random()
    if "CR" in responses or draw < 0.35:
        return "new"
    return "non-target" if has_other and draw < 0.5 else "target"


def _readings(
    responses: Sequence[Response],
    baseline: tuple[int, ...],
    mode: Progression,
    has_other: bool,
    rng: Random,
) -> tuple[Reading, ...]:
    first = smallest = sum(baseline)
    state: Response = "SD"  # of the target lesions
    readings = []
    for overall in responses:
        if overall == "NE":
            none = tuple(None for _ in baseline)
            readings.append(Reading(none, "NE", "NE" if has_other else None, False))
            continue
        if overall != "PD" or mode == "target":
            state = overall
        total = _total(state, first, smallest, len(baseline), rng)
        smallest = min(smallest, total)
        non_target = _non_target(overall, mode, state) if has_other else None
        is_new = overall == "PD" and mode == "new"
        readings.append(Reading(_split(total, baseline), state, non_target, is_new))
    return tuple(readings)


def _total(state: Response, first: int, smallest: int, n_targets: int, rng: Random) -> int:
    """A sum of diameters in mm that means this response of the target lesions."""
    progression = progression_from(smallest)
    partial = 7 * first // 10  # the largest sum that is a partial response
    if state == "CR":
        return 0
    if state == "PD":
        return progression + rng.randint(0, 8)
    if state == "PR":
        highest = min(partial, progression - 1)
        lowest = max(SMALLEST * n_targets, smallest - 6, 35 * first // 100)
        return rng.randint(min(lowest, highest), highest)
    highest = min(progression - 1, smallest + 3)
    return rng.randint(max(partial + 1, smallest - 6), highest)


def progression_from(smallest: int) -> int:
    """The smallest sum in mm that is a progression: 20% and 5 mm above the smallest so far."""
    return max(-(-6 * smallest // 5), smallest + 5)


def _split(total: int, baseline: tuple[int, ...]) -> tuple[int, ...]:
    """The sum on the lesions, in proportion to their first size."""
    if total == 0 or len(baseline) == 1:
        return (total,) if len(baseline) == 1 else tuple(0 for _ in baseline)
    first = round(total * baseline[0] / sum(baseline))
    first = min(max(first, SMALLEST), total - SMALLEST)
    return first, total - first


def _non_target(overall: Response, mode: Progression, state: Response) -> str:
    if overall == "PD" and mode == "non-target":
        return "PD"
    return "CR" if state == "CR" else "NON-CR/NON-PD"
