"""The keys of a study's TOML files: values with the file and table they stand in.

Every reading method returns a checked value or raises one sentence that names the file, the
key, its value and the values it may have.
"""

import math
import re
import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from analytics.study.codes import LONGEST, is_part_of_a_path
from analytics.study.errors import StudyError
from analytics.study.wording import choices, nearest, one_line, shortened, turning_mark

LARGEST_FILE: Final = 4_000_000
_LONGEST_KEY: Final = 32
# a.b.c. ...: the parser takes time by the square of their number
_ENDLESS_KEY: Final = re.compile(rf"(?:[\w\"'-]+[ \t]*\.[ \t]*){{{_LONGEST_KEY}}}")


@dataclass(frozen=True)
class Table:
    """One TOML table: `where` names the file and the table for the sentences."""

    where: str
    values: dict[str, Any]

    def allow(self, keys: Collection[str]) -> None:
        """Refuse every key that is not one of `keys`."""
        for key in self.values:
            if key not in keys:
                raise StudyError(
                    f"{self.where}: unknown key '{key}'{nearest(key, keys)}; "
                    f"the keys are {', '.join(keys)}."
                )

    def text(self, key: str) -> str | None:
        """A text on one line, or None when the key is absent or empty."""
        value = self.text_as_it_is(key)
        return one_line(value) or None if value is not None else None

    def text_as_it_is(self, key: str) -> str | None:
        """A text with its blanks, or None when the key is absent."""
        value = self.values.get(key)
        if value is not None and not isinstance(value, str):
            raise self._wrong_type(key, "a text in quotes")
        return value

    def required(self, key: str) -> str:
        """A text that must be there."""
        value = self.text(key)
        if value is None:
            raise StudyError(f"{self.where}: key '{key}' is missing; give it a value.")
        return value

    def part_of_a_path(self, key: str) -> str | None:
        """A text that others stand beside with a slash between, or None when the key is absent."""
        value = self.text(key)
        if value is not None and not is_part_of_a_path(value):
            raise StudyError(
                f"{self.where}: key '{key}' is '{shortened(value)}'; write it without a /, which "
                f"stands between names, and with {LONGEST} characters at most."
            )
        return value

    def known(self, key: str, known: Collection[str], noun: str) -> str:
        """A text that must be one of `known`."""
        return self.check(self.required(key), known, noun)

    def check(self, value: str, known: Collection[str], noun: str) -> str:
        """`value` when it is one of `known`, else the sentence that lists them."""
        if value not in known:
            raise StudyError(
                f"{self.where}: unknown {noun} '{value}'{nearest(value, known)}; "
                f"use {choices(known)}."
            )
        return value

    def number(self, key: str) -> float | None:
        """A finite number, or None when the key is absent."""
        value = self.values.get(key)
        if value is None:
            return None
        if not _is_number(value):
            raise self._wrong_type(key, "a number")
        return float(value)

    def numbers(self, key: str) -> tuple[float, ...]:
        """A list of finite numbers; absent is the empty list."""
        values = self.values.get(key, [])
        if not isinstance(values, list) or not all(map(_is_number, values)):
            raise self._wrong_type(key, "a list of numbers")
        return tuple(float(value) for value in values)

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; absent is the empty list."""
        values = self.values.get(key, [])
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise self._wrong_type(key, "a list of texts")
        return tuple(values)

    def truth(self, key: str, default: bool | None = None) -> bool:
        """true or false, which must be there unless a default is given."""
        value = self.values.get(key, default)
        if not isinstance(value, bool):
            raise self._wrong_type(key, "true or false")
        return value

    def day(self, key: str) -> date:
        """A date, which must be there."""
        value = self.values.get(key)
        if isinstance(value, datetime) or not isinstance(value, date):
            raise self._wrong_type(key, "a date such as 2014-01-31, without quotes")
        return value

    def tables(self, key: str) -> list[dict[str, Any]]:
        """A list of tables; absent is the empty list."""
        values = self.values.get(key, [])
        if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
            raise self._wrong_type(key, "a list of tables")
        return values

    def table(self, key: str) -> dict[str, Any]:
        """One table; absent is the empty table."""
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            raise self._wrong_type(key, "a table")
        return value

    def _wrong_type(self, key: str, wanted: str) -> StudyError:
        if key not in self.values:
            return StudyError(f"{self.where}: key '{key}' is missing; it takes {wanted}.")
        return StudyError(f"{self.where}: key '{key}' is {self.values[key]!r}; it takes {wanted}.")


def _is_number(value: object) -> bool:
    """TOML knows inf and nan, which no key takes."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def read_toml(path: Path) -> Table:
    """A study's TOML file as a table. Errors: missing, not UTF-8, not TOML."""
    if not path.is_file():
        raise StudyError(f"{path.name} is missing from the study folder {path.parent}; add it.")
    try:
        text = path.read_text(encoding="utf-8-sig")
        if path.stat().st_size > LARGEST_FILE or _ENDLESS_KEY.search(text):
            raise StudyError(
                f"{path.name} has more than {LARGEST_FILE:,} bytes or a key of more than "
                f"{_LONGEST_KEY} parts, which no study needs; remove what does not belong in it."
            )
        if mark := turning_mark(text):
            raise StudyError(
                f"{path.name} {mark}, which turns the direction of writing; remove it."
            )
        return Table(path.name, tomllib.loads(text))
    except UnicodeDecodeError:
        raise StudyError(f"{path.name} is not UTF-8 text; save it as UTF-8.") from None
    except RecursionError:
        raise StudyError(
            f"{path.name} is nested too deeply; a study needs three levels at most."
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise StudyError(f"{path.name} is not valid TOML: {error}; fix that line.") from None
    except ValueError:
        raise StudyError(
            f"{path.name} holds a whole number of thousands of digits; correct it."
        ) from None
