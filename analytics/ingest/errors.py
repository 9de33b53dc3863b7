"""The one exception for files of a trial that cannot be loaded."""

from analytics.errors import PlateauError


class IngestError(PlateauError):
    """Files that cannot be loaded: a sentence for each, with file, line, fact and next step.

    One sentence is the whole message; several stand in lines of their own below their number.
    """

    def __init__(self, *sentences: str) -> None:
        """Refuse with these sentences, in study order."""
        self.sentences = sentences
        head = f"{len(sentences)} files or folders cannot be used:"
        super().__init__("\n  ".join((head, *sentences)) if len(sentences) > 1 else sentences[0])


def first_sentence(error: Exception) -> str:
    """The first line of an engine's message, short enough to stand in a sentence of ours."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return shown((lines[0] if lines else type(error).__name__)[:200]).removesuffix(".")


def shown(text: str) -> str:
    """Text of a file fit for one line of a terminal: what cannot be printed is a question mark."""
    return "".join(sign if sign.isprintable() else "?" for sign in text)
