"""The phrases that error sentences share."""

import re
from collections.abc import Collection
from difflib import get_close_matches
from typing import Final

_ROOM: Final = 40
# embeddings, overrides and isolates of the bidirectional algorithm: a text can look like another
_TURNING: Final = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
_CONTROL: Final = re.compile(r"\s*[\x00-\x1f\x7f\x85\u2028\u2029]+\s*")


def shortened(text: str) -> str:
    """The text, or its beginning where a sentence has no room for all of it."""
    return text if len(text) <= _ROOM else f"{text[:_ROOM]}..."


def one_line(text: str) -> str:
    """The text without blanks around it; a line break or tab in it becomes one blank."""
    return _CONTROL.sub(" ", text).strip()


def turning_mark(text: str) -> str | None:
    """ "line 3 holds U+202E" where an invisible mark turns the direction of writing, or None."""
    found = _TURNING.search(text)
    if found is None:
        return None
    line = text.count("\n", 0, found.start()) + 1
    return f"line {line} holds the invisible mark U+{ord(found[0]):04X}"


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
    close = closest(value, known)
    return f" (did you mean '{close}'?)" if close else ""


def closest(value: str, known: Collection[str]) -> str | None:
    """The known name closest to the value, as after a typing error; None when none is close."""
    return next(iter(get_close_matches(value, list(known), n=1, cutoff=0.75)), None)


def slug(text: str) -> str:
    """The text as a name: lower-case letters and digits, an underscore for anything between."""
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")
