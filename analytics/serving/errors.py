"""What can go wrong between a release and a database server."""

from typing import ClassVar

from analytics.errors import PlateauError


class ServingError(PlateauError):
    """The server cannot take the release; what it served before is unchanged."""

    exit_code: ClassVar[int] = 4


class ServingCallError(ServingError):
    """The publication was called wrongly."""

    exit_code: ClassVar[int] = 2
