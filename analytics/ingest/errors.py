"""The one exception a trial's files are refused with."""

from analytics.errors import PlateauError


class IngestError(PlateauError):
    """A file that cannot be loaded, told in one sentence: file, line, fact, next step."""
