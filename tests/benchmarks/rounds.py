"""Sides timed against each other in alternated rounds, so that a passing load meets them all."""

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from typing import Final

Side = Callable[[], float]
Seconds = dict[str, list[float]]

ROUNDS: Final = 5


def timed(work: Callable[[], object]) -> Side:
    """The work as a side: its seconds by the wall clock, rubbish collected beforehand."""

    def side() -> float:
        gc.collect()
        started = time.perf_counter()
        work()
        return time.perf_counter() - started

    return side


def alternated(sides: Mapping[str, Side], rounds: int = ROUNDS) -> Seconds:
    """The seconds of each side in each round, which begins with another side every time.

    A side runs twice in a row and the second time counts: the first finds the caches, and the
    memory that the system must hand out anew, as the other program left them.
    """
    names = list(sides)
    seconds: Seconds = {name: [] for name in names}
    for turn in range(rounds):
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            sides[name]()
            seconds[name].append(sides[name]())
    return seconds


def median_ratio(seconds: Seconds, side: str, reference: str) -> float:
    """The median over rounds of a side's seconds by the reference's in the same round."""
    pairs = zip(seconds[side], seconds[reference], strict=True)
    return statistics.median(mine / other for mine, other in pairs)


def median_seconds(seconds: Seconds, side: str) -> float:
    """The median over rounds."""
    return statistics.median(seconds[side])


def compared(seconds: Seconds, own: str, peer: str) -> dict[str, float]:
    """Both sides' seconds and how many times ours the peer's are."""
    return {
        "seconds": median_seconds(seconds, own),
        "peer_seconds": median_seconds(seconds, peer),
        "times": median_ratio(seconds, peer, own),
    }
