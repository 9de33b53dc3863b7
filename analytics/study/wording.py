"""The turns of phrase error sentences share."""

from collections.abc import Collection
from difflib import get_close_matches


def choices(known: Collection[str]) -> str:
    """ "a, b or c"; "nothing" for an empty collection."""
    names = list(known)
    if not names:
        return "nothing, as none is defined"
    if len(names) == 1:
        return names[0]
    return f"{', '.join(names[:-1])} or {names[-1]}"


def nearest(value: str, known: Collection[str]) -> str:
    """ " (did you mean 'x'?)" when a known name is close, else nothing."""
    close = get_close_matches(value, list(known), n=1, cutoff=0.75)
    return f" (did you mean '{close[0]}'?)" if close else ""
