"""What can go wrong when a release is exported."""

from typing import ClassVar

from analytics.errors import PlateauError


class ExportError(PlateauError):
    """The release cannot be written in that format; nothing was written."""


class ExportCallError(ExportError):
    """The export was called wrongly."""

    exit_code: ClassVar[int] = 2
