"""The one exception for mistakes in a study folder."""

from analytics.errors import PlateauError


class StudyError(PlateauError):
    """A mistake in a study folder, in one sentence: file, line or key, fact, next step."""
