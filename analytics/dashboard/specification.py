"""The dashboard as bi/dashboard/*.yaml states it: datasets, charts, layout and filters, by name.

Nothing of a study and nothing of a tool stands in it. Objects refer to each other by name.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from analytics.project_files import DASHBOARD

Json = dict[str, Any]


@dataclass(frozen=True)
class Specification:
    """What stands in the three files; each value as written there."""

    datasets: dict[str, Json]
    charts: dict[str, Json]
    dashboard: Json


def read_specification() -> Specification:
    """The committed specification."""
    return Specification(
        datasets=read_yaml(DASHBOARD / "datasets.yaml"),
        charts=read_yaml(DASHBOARD / "charts.yaml")["charts"],
        dashboard=read_yaml(DASHBOARD / "dashboard.yaml"),
    )


def read_yaml(path: Path) -> Json:
    """The content of a YAML file of the project."""
    content: Json = yaml.safe_load(path.read_text(encoding="utf-8"))
    return content


def ordering(chart: Json) -> list[tuple[str, bool]]:
    """The columns by which a list is sorted, each with whether it rises."""
    words = (one.split() for one in chart["order"])
    return [(column, direction != ["desc"]) for column, *direction in words]
