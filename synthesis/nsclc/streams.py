"""Random numbers of one topic, untouched by what other topics draw."""

from random import Random


def stream(seed: int, *topic: str) -> Random:
    """A generator of its own for each topic: the same numbers on any machine."""
    return Random("/".join((str(seed), *topic)))
