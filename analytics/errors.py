"""The mistakes Plateau tells its user about: one sentence, one exit code, never a traceback.

Exit codes, for a scheduler: 0 built or up to date, 1 the study or its files cannot be used,
2 the command was called wrongly, 3 a check refused the data and nothing was published,
4 the build itself could not run.
"""

from typing import ClassVar


class PlateauError(Exception):
    """The study or its files cannot be used; the message names the file, the fact and the step."""

    exit_code: ClassVar[int] = 1


class GateError(PlateauError):
    """A dbt test or a critical expectation refused the data; nothing was published."""

    exit_code: ClassVar[int] = 3


class BuildError(PlateauError):
    """A step of the build could not run: the disk, the engine, a worker, another build."""

    exit_code: ClassVar[int] = 4


def first_line(error: Exception) -> str:
    """The first line of what an engine says, without its full stop, to be quoted in a sentence."""
    return str(error).splitlines()[0].removesuffix(".") if str(error) else type(error).__name__
