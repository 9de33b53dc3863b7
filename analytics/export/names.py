"""Eight-character ADaM names and forty-byte labels for the longer names of a study."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from analytics.export.errors import ExportError
from analytics.study.adam_names import FILE, LABEL_LENGTH

NAME_LENGTH: Final = 8
_WORD: Final = re.compile(r"[A-Z0-9]+")
_CUT: Final = "..."


@dataclass(frozen=True)
class Named:
    """A factor or population to be named; `variable` is None when the study gives none."""

    name: str
    variable: str | None


def variable_names(
    wanted: Sequence[Named],
    taken: Collection[str],
    ending: str = "",
    reserved: Collection[str] = (),
) -> dict[str, str]:
    """name -> variable, none of them among `taken`; the same study always gives the same names.

    A name the study gives stands as it is. Any other is made of the letters of its words and
    `ending`; where that is taken or `reserved` for names that are given, a number takes the place
    of its last letters.
    Raises ExportError when a given name is already a variable of the dataset.
    """
    used = set(taken)
    given = {item.name: item.variable for item in wanted if item.variable is not None}
    for name, variable in given.items():
        if variable in used:
            raise ExportError(
                f"{FILE} calls '{name}' {variable}, but the dataset already has a variable "
                f"{variable}; choose another name."
            )
        used.add(variable)
    names: dict[str, str] = {}
    for item in wanted:
        names[item.name] = given.get(item.name) or _free(item.name, {*used, *reserved}, ending)
        used.add(names[item.name])
    return names


def short_name(name: str, length: int) -> str:
    """The words of a name, each giving letters in turn until the length is full.

    `primary_refractory` is PRIMREFR; a name that starts with a digit gets an X in front.
    """
    words = _WORD.findall(name.upper()) or ["X"]
    if words[0][0].isdigit():
        words[0] = f"X{words[0]}"
    shares = [0] * len(words)
    while sum(shares) < min(length, sum(map(len, words))):
        for i, word in enumerate(words):
            if shares[i] < len(word) and sum(shares) < length:
                shares[i] += 1
    return "".join(word[:share] for word, share in zip(words, shares, strict=True))


def short_label(label: str) -> str:
    """The label where it fits a transport file, else its first words and an ellipsis."""
    if len(label.encode()) <= LABEL_LENGTH:
        return label
    kept = label
    while len(kept.encode()) > LABEL_LENGTH - len(_CUT):
        kept = kept[:-1]
    words = kept.rsplit(" ", 1)[0] if " " in kept else kept
    return words.rstrip(" ,;:") + _CUT


def _free(name: str, used: Collection[str], ending: str) -> str:
    length = NAME_LENGTH - len(ending)
    candidate, number = short_name(name, length) + ending, 1
    while candidate in used:
        number += 1
        candidate = short_name(name, length - len(str(number))) + str(number) + ending
    return candidate
