"""The codes of a study: the short names by which its files, results and exports know a thing.

Codes stand in keys, filters and names of files, where another program may compare them without
regard to case or split them at a slash. What a code may be is said here; labels are free.
"""

import re
from typing import Final

from analytics.study.wording import slug

LONGEST: Final = 128  # characters; a code becomes part of the name of a file
NAME_FORM: Final = (
    f"lower-case letters, digits and underscores, a letter first, {LONGEST} characters at most"
)
PARAMCD_FORM: Final = "capitals, digits and underscores, a capital first, 8 characters at most"
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
_ANALYSIS: Final = re.compile(r"[a-z0-9_]+")
_DOMAIN: Final = re.compile(r"[A-Z][A-Z0-9]")
_VARIABLE: Final = re.compile(r"[A-Z][A-Z0-9_]{0,7}")

WHOLE_POPULATION: Final = "all"
UNKNOWN_LEVEL: Final = "unknown"
_MISSING: Final = ("na", "n/a", "nan", "null")


def is_name(text: str) -> bool:
    """Whether the text can name a factor, a population, a fact, a rule: `NAME_FORM`."""
    return len(text) <= LONGEST and _NAME.fullmatch(text) is not None


def is_paramcd(text: str) -> bool:
    """Whether the text can name an endpoint, as PARAMCD of ADaM: `PARAMCD_FORM`."""
    return is_variable(text)


def is_variable(text: str) -> bool:
    """Whether the text has the form of the name of a variable in SDTM and ADaM."""
    return _VARIABLE.fullmatch(text) is not None


def is_domain(text: str) -> bool:
    """Whether the text has the form of the code of an SDTM domain."""
    return _DOMAIN.fullmatch(text) is not None


def is_analysis_id(text: str) -> bool:
    """Whether the text can name an analysis; two underscores are for siblings."""
    return len(text) <= LONGEST and _ANALYSIS.fullmatch(text) is not None and "__" not in text


def is_part_of_a_path(text: str) -> bool:
    """Whether the text can stand beside others with a slash between: analysis/model."""
    return len(text) <= LONGEST and "/" not in text


def meaning_of(level: str) -> str | None:
    """What the code of a level already means, in whatever case; None: the code is free."""
    code = level.lower()
    if code == WHOLE_POPULATION:
        return "stands for the whole population in the results"
    if code == UNKNOWN_LEVEL:
        return "stands for subjects whose level is not known in the results"
    return "R reads as a missing value" if code in _MISSING else None


def free_level(factor: str, text: str) -> str:
    """A code for a level that is called so: its words, the factor before a code that is taken."""
    code = slug(text)
    return f"{factor}_{code}" if meaning_of(code) else code
