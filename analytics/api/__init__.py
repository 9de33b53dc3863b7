"""What a notebook imports, as `import plateau`: releases, questions, and methods for other data.

`open` gives a published release. The functions `km` to `fine_gray` work on a frame of one's own
and have the names, columns and units of the functions of schema `survival` in SQL.
"""

from analytics.api.answers import Answer
from analytics.api.curves import (
    follow_up,
    gray,
    incidence,
    incidence_rate,
    km,
    log_rank,
    median,
    rate,
    restricted_mean,
)
from analytics.api.given import Conventions
from analytics.api.models import Model, cox, fine_gray
from analytics.api.releases import Release, SurvivalFunctions, open
from analytics.api.shown import Figure, Table
from analytics.errors import PlateauError

__all__ = [
    "Answer",
    "Conventions",
    "Figure",
    "Model",
    "PlateauError",
    "Release",
    "SurvivalFunctions",
    "Table",
    "cox",
    "fine_gray",
    "follow_up",
    "gray",
    "incidence",
    "incidence_rate",
    "km",
    "log_rank",
    "median",
    "open",
    "rate",
    "restricted_mean",
]
