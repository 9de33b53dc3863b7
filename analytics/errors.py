"""The errors that Plateau reports to its user: one sentence, one exit code, never a traceback."""

from typing import ClassVar, Final


class PlateauError(Exception):
    """The study or its files cannot be used; the message names the file, the fact and the step.

    `details` follow the message where only the owner reads: they hold values of single patients,
    and may name them. The message does not.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str = "", details: str = "") -> None:
        """An error of that message, and what is for the owner's eyes alone."""
        super().__init__(message)
        self.details = details

    @property
    def in_full(self) -> str:
        """The message and its details."""
        return f"{self} {self.details}".rstrip()


class UsageError(PlateauError):
    """The command was called wrongly."""

    exit_code: ClassVar[int] = 2


class GateError(PlateauError):
    """A dbt test or a critical expectation refused the data; nothing was published."""

    exit_code: ClassVar[int] = 3


class BuildError(PlateauError):
    """A step of the build could not run: the disk, the engine, a worker."""

    exit_code: ClassVar[int] = 4


class BusyError(PlateauError):
    """Another run works on the study's releases; this one has done nothing."""

    exit_code: ClassVar[int] = 5


EXIT_CODES: Final[dict[int, str]] = {
    0: "done, or up to date",
    PlateauError.exit_code: "the study or its files cannot be used",
    UsageError.exit_code: "the command was called wrongly",
    GateError.exit_code: "a check refused the data",
    BuildError.exit_code: "the command could not do its work: the disk, the engine, a worker",
    BusyError.exit_code: "another run is using the same releases; try again later",
    130: "interrupted from the keyboard",
    143: "stopped by SIGTERM",
}
"""The exit codes a scheduler sees. Unless it is 0, nothing was published."""


def first_line(error: Exception) -> str:
    """The first line of an engine's message, without its full stop, to be quoted in a sentence."""
    return str(error).splitlines()[0].removesuffix(".") if str(error) else type(error).__name__
