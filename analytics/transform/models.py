"""The models of a manifest on both sides of `bi`, each node by dbt's id."""

from collections.abc import Mapping
from typing import Any, Final

_BI: Final = "bi"


def models_before_bi(manifest: Any) -> dict[str, Any]:
    """The models up to the marts."""
    return {key: node for key, node in _models(manifest).items() if node.schema != _BI}


def models_of_bi(manifest: Any) -> dict[str, Any]:
    """The tables for people."""
    return {key: node for key, node in _models(manifest).items() if node.schema == _BI}


def read_by(models: Mapping[str, Any]) -> set[str]:
    """The ids of all that the models read."""
    return {key for node in models.values() for key in node.depends_on.nodes}


def _models(manifest: Any) -> dict[str, Any]:
    return {key: node for key, node in manifest.nodes.items() if node.resource_type == "model"}
