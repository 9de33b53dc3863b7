"""What the tests of the dashboard ask: a published study and the Superset that shows it."""

from dataclasses import dataclass
from pathlib import Path

from superset_client import Superset

from analytics.release.folders import StudyReleases

FIRST, SECOND = "first", "second"


@dataclass(frozen=True)
class Served:
    """A published study, its warehouse, and the Superset that shows it."""

    study: StudyReleases
    warehouse: Path
    bundle: bytes
    superset: Superset
