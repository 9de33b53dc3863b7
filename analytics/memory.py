"""How much memory the database engine may take; what does not fit is kept on disk."""

import os
import re
from functools import cache
from typing import Final

from analytics.errors import UsageError

MEMORY: Final = "PLATEAU_MEMORY"
"""Environment variable: the memory that each connection may take, such as 8GB."""
_SIZE: Final = re.compile(r"[1-9][0-9]*([.][0-9]+)? ?[KMGT]i?B")


def checked_size(text: str) -> str:
    """The text, if it is a size as the engine reads it. Raises UsageError otherwise."""
    if not _SIZE.fullmatch(text):
        raise UsageError(f"'{text}' is no size: write a number and MB or GB, such as 8GB.")
    return text


def memory_limit() -> str:
    """The memory that a connection may take, as the engine reads it.

    It is the value of PLATEAU_MEMORY, or 40 % of the memory that this process can have: two
    processes of a build hold connections at the same time. Raises UsageError for another text.
    """
    given = os.environ.get(MEMORY)
    return checked_size(given) if given else _default_memory()


@cache
def _default_memory() -> str:
    """Half of the engine's own default, which is 80 % and knows the limits of containers."""
    import duckdb  # noqa: PLC0415 - a command that opens no warehouse does without it

    with duckdb.connect() as connection:
        row = connection.execute("select current_setting('memory_limit')").fetchone() or ("",)
    number, unit = str(row[0]).split()
    return f"{float(number) / 2:.2f}{unit}"
