"""The one exception a study folder's mistakes are told with."""

from analytics.errors import PlateauError


class StudyError(PlateauError):
    """A mistake in a study folder, told in one sentence: file, line or key, fact, next step."""
