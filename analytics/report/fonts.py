"""The fonts of what is printed: those that journals ask for, and one that has the letters."""

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Final

from matplotlib import font_manager, ft2font

PRINT_FONTS: Final = ("Arial", "Helvetica", "Liberation Sans", "DejaVu Sans")
"""Sans serif letters of print; the last comes with matplotlib and so is everywhere."""
SCREEN_FONTS: Final = ("DejaVu Sans",)
"""The same letters, and so the same bytes, on every machine."""


_BOXES: Final = "Last Resort"  # a font of boxes, not of letters


class MissingLettersError(Exception):
    """No font of this machine has these letters."""


def families_for(texts: Iterable[str], families: tuple[str, ...]) -> tuple[str, ...]:
    """The families, and behind them those of the machine that have the letters they lack.

    Raises MissingLettersError with the letters that no font has.
    """
    missing = set(lacking(texts, families))
    added: list[str] = []
    for name, path in _others():
        if not missing:
            break
        found = missing & _letters(path)
        if found:
            added.append(name)
            missing -= found
    if missing:
        raise MissingLettersError("".join(sorted(missing)))
    return (*families, *added)


def lacking(texts: Iterable[str], families: tuple[str, ...]) -> str:
    """The letters of the texts that no font of the families has, in their order."""
    letters = {letter for text in texts for letter in text if letter.isprintable()} - {" "}
    known: set[str] = set()
    for family in families:
        known |= _letters(_file(family)) if _file(family) else set()
    return "".join(sorted(letters - known))


def file_of(families: Iterable[str], texts: Iterable[str], *, is_bold: bool = False) -> Path:
    """The file of the first family of the machine that has every letter; of the last without."""
    found = [(name, _file(name)) for name in families]
    there = [(name, path) for name, path in found if path is not None]
    wanted = list(texts)
    name = next((name for name, _ in there if not lacking(wanted, (name,))), there[-1][0])
    weight = "bold" if is_bold else "normal"
    return Path(font_manager.findfont(font_manager.FontProperties(family=name, weight=weight)))


@cache
def _file(family: str) -> Path | None:
    """The upright file of a family; None where the machine does not have it."""
    try:
        return Path(font_manager.findfont(family, fallback_to_default=False))
    except ValueError:
        return None


@cache
def _letters(path: Path) -> set[str]:
    """The letters that a font has."""
    try:
        return {chr(code) for code in ft2font.FT2Font(str(path)).get_charmap()}
    except RuntimeError:
        return set()


def _others() -> Iterator[tuple[str, Path]]:
    """The upright fonts of the machine, by name."""
    seen = set()
    entries = sorted(font_manager.fontManager.ttflist, key=lambda one: (one.name, one.fname))
    for entry in entries:
        is_upright = entry.style == "normal" and entry.weight in (400, "normal", "regular", "book")
        if is_upright and entry.name not in seen and not entry.name.startswith(_BOXES):
            seen.add(entry.name)
            yield entry.name, Path(entry.fname)
