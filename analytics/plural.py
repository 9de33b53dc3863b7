"""Counts with their nouns: 1 patient, 2 patients."""


def plural(n: float, one: str, many: str | None = None) -> str:
    """The noun that goes with a number: `one` with 1, else `many`, which ends in s by default."""
    return one if n == 1 else many or f"{one}s"


def counted(n: int, one: str, many: str | None = None) -> str:
    """A count, thousands apart, with its noun: 1 patient, 1,259 patients."""
    return f"{n:,} {plural(n, one, many)}"
