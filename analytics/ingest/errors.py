"""The one exception a trial's files are refused with."""

from analytics.errors import PlateauError


class IngestError(PlateauError):
    """A file that cannot be loaded, told in one sentence: file, line, fact, next step."""


def first_sentence(error: Exception) -> str:
    """The first line of an engine's message, short enough to stand in a sentence of ours."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return shown((lines[0] if lines else type(error).__name__)[:200]).removesuffix(".")


def shown(text: str) -> str:
    """Text of a file fit for one line of a terminal: what cannot be printed is a question mark."""
    return "".join(sign if sign.isprintable() else "?" for sign in text)
