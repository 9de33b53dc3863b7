"""The dashboard as bi/superset/*.yaml states it: datasets, charts, layout and filters, by name.

Nothing of a study stands in it. Objects refer to each other by name; the unique identifiers that
Superset wants are computed from the study and the name, so the same object keeps its own.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import NAMESPACE_OID, UUID, uuid5

import yaml

from analytics.project_files import DASHBOARD

_NAMESPACE: Final = uuid5(NAMESPACE_OID, "plateau")

Json = dict[str, Any]


@dataclass(frozen=True)
class Specification:
    """What stands in the four files; each value as written there."""

    database: Json
    datasets: dict[str, Json]
    charts: dict[str, Json]
    dashboard: Json


def read_specification(folder: Path = DASHBOARD) -> Specification:
    """The committed specification."""

    def read(name: str) -> Json:
        content: Json = yaml.safe_load((folder / f"{name}.yaml").read_text(encoding="utf-8"))
        return content

    return Specification(
        database=read("database"),
        datasets=read("datasets"),
        charts=read("charts")["charts"],
        dashboard=read("dashboard"),
    )


def identifier(study_id: str, kind: str, name: str) -> UUID:
    """The unique identifier of a study's object; the same in every bundle of that study."""
    return uuid5(_NAMESPACE, f"{study_id}/{kind}/{name}")
