"""The one exception for mistakes in a study folder."""

from analytics.errors import PlateauError
from analytics.text_table import printable


class StudyError(PlateauError):
    """A mistake in a study folder, in one sentence: file, line or key, fact, next step."""

    def __init__(self, message: str = "", details: str = "") -> None:
        """A sentence on one line, whatever the values hold that it quotes."""
        super().__init__(printable(message).replace("\n", "\\n"), details)
