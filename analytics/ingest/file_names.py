"""What a file's name says: the domain it holds, a domain of no use here, or one that is close.

Nothing here opens a file. `used` is the domains that the study reads.
"""

import re
from collections.abc import Set as AbstractSet
from pathlib import PurePosixPath
from typing import Final

from analytics.study.adam_datasets import ADTTE
from analytics.study.domains import DOMAINS
from analytics.study.wording import closest

SUPP: Final = "SUPP"
# SDTMIG 3.4 with its medical devices, associated persons and trial design
_STANDARD: Final = frozenset(
    [
        *("AE", "AG", "BE", "BS", "CE", "CM", "CO", "CP", "CV", "DA", "DD", "DI", "DM", "DO"),
        *("DR", "DS", "DT", "DU", "DV", "DX", "EC", "EG", "EX", "FA", "FT", "GF", "HO", "IE"),
        *("IS", "LB", "MB", "MH", "MI", "MK", "ML", "MS", "NV", "OE", "OI", "PC", "PE", "PP"),
        *("PR", "QS", "RE", "RP", "RS", "SC", "SE", "SM", "SR", "SS", "SU", "SV", "TA", "TD"),
        *("TE", "TI", "TM", "TR", "TS", "TU", "TV", "UR", "VS"),
        *("RELREC", "RELSPEC", "RELSUB", "POOLDEF"),
    ]
)
# A part of a domain: its code and up to two characters (SDTMIG), or its code, a sign and a name.
_PART: Final = re.compile(r"([A-Z]{2})([A-Z0-9]{1,2}|[_-].+)")
_PART_OR_WHOLE: Final = re.compile(r"([A-Z]{2})([A-Z0-9]{0,2}|[_-].+)")
_ADAM: Final = re.compile(r"AD[A-Z0-9]{1,6}")
_ALL_QUALIFIERS: Final = "SUPPQUAL"
# Letters by which a name begins a domain's label (LAB), and by which both begin (DEMOGRAPHY).
_BEGINNING: Final = 3
_COMMON_BEGINNING: Final = 7


def stem_of(name: str) -> str:
    """A file's name without its folders and its ending, in capitals."""
    return PurePosixPath(name).stem.upper()


def first_stem_of(name: str) -> str:
    """The same up to the first point: DM of dm.csv.gz."""
    return PurePosixPath(name).name.split(".")[0].upper()


def part_of(stem: str, used: AbstractSet[str]) -> str | None:
    """The used domain that a stem names, itself or as a part; None for another or none.

    ADTTE may come in parts of any name (adtte_onco, adtteos), which hold endpoints each.
    SUPP holds the qualifiers of used domains; those of one that is not used are of no use either.
    """
    if stem.startswith(SUPP):
        of = _PART_OR_WHOLE.fullmatch(stem.removeprefix(SUPP))
        is_of_no_use = stem != _ALL_QUALIFIERS and of is not None and of[1] not in used
        return None if is_of_no_use else SUPP
    if stem in used:
        return stem
    if ADTTE in used and stem.startswith(ADTTE):
        return ADTTE
    part = _PART.fullmatch(stem)
    return part[1] if part and part[1] in used else None


def standard_domain(stem: str) -> str | None:
    """The domain of the SDTM that a stem names, itself or as a part."""
    if stem.startswith(SUPP):
        return SUPP
    if stem in _STANDARD:
        return stem
    part = _PART.fullmatch(stem)
    return part[1] if part and part[1] in _STANDARD else None


def near_domain(stem: str, used: AbstractSet[str]) -> str | None:
    """The used domain that somebody may have meant: T1_LB, LAB, LBB, EXPOSURE.

    A name of the standard is meant as it stands.
    """
    if stem in _STANDARD or stem.startswith(SUPP) or _ADAM.fullmatch(stem):
        return None
    tokens = [token for token in re.split(r"[^A-Z0-9]+", stem) if token in used]
    if tokens:
        return tokens[-1]
    for code in sorted(used & DOMAINS.keys()):
        label = DOMAINS[code].label.upper()
        if len(stem) >= _BEGINNING and label.startswith(stem[:_COMMON_BEGINNING]):
            return code
    return closest(stem, sorted(used))
