"""Which models a change of some tables reaches, as dbt knows them from their `ref` and `source`."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

_BI: Final = "bi/"


@dataclass(frozen=True)
class Affected:
    """Models by name, and those of them that are stored as tables, as (schema, table)."""

    models: tuple[str, ...]
    tables: tuple[tuple[str, str], ...]


def readers_of(manifest: Any, sources: Iterable[str]) -> Affected:
    """The models that read these tables of `raw`, directly or through views.

    A view shows what its tables hold now, so its readers are the first whose rows can stay as they
    were.
    """
    wanted = set(sources)
    changed = {
        key
        for key, source in manifest.sources.items()
        if source.schema == "raw" and source.identifier in wanted
    }
    return _affected(manifest, changed, beyond=_is_view)


def dependents_of(manifest: Any, tables: Iterable[tuple[str, str]]) -> Affected:
    """The models that read these tables, directly or through any others; not those of `bi`."""
    wanted = set(tables)
    changed = {key for key, node in _models(manifest).items() if (node.schema, node.name) in wanted}
    return _affected(manifest, changed, beyond=lambda _: True)


def tables_before_bi(manifest: Any) -> tuple[str, ...]:
    """The models before `bi` that are stored as tables, by name."""
    return tuple(node.name for node in _models(manifest).values() if not _is_view(node))


def _affected(manifest: Any, changed: set[str], beyond: Callable[[Any], bool]) -> Affected:
    """The models that are reached from these nodes; the way goes on behind some of them."""
    models = _models(manifest)
    children = _children(models)
    reached: dict[str, Any] = {}
    waiting = sorted(changed)
    while waiting:
        for key in children.get(waiting.pop(), ()):
            if key not in reached:
                reached[key] = models[key]
                if beyond(models[key]):
                    waiting.append(key)
    found = sorted(reached.values(), key=lambda node: node.name)
    return Affected(
        tuple(node.name for node in found),
        tuple((node.schema, node.name) for node in found if not _is_view(node)),
    )


def _models(manifest: Any) -> dict[str, Any]:
    """The models before `bi` by dbt's key."""
    return {
        key: node
        for key, node in manifest.nodes.items()
        if node.resource_type == "model" and not node.path.startswith(_BI)
    }


def _children(models: Mapping[str, Any]) -> dict[str, Sequence[str]]:
    """The models that read a node, by the node's key."""
    children: dict[str, list[str]] = {}
    for key, node in models.items():
        for parent in node.depends_on.nodes:
            children.setdefault(parent, []).append(key)
    return {key: tuple(found) for key, found in children.items()}


def _is_view(node: Any) -> bool:
    return bool(node.config.materialized == "view")
