"""Which models a change of some tables reaches, as dbt knows them from their `ref` and `source`."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from analytics.transform.models import models_before_bi, models_of_bi, read_by

_RAW: Final = "raw"


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
        if source.schema == _RAW and source.identifier in wanted
    }
    return _reached(models_before_bi(manifest), changed, beyond=_is_view)


def dependents_of(manifest: Any, tables: Iterable[tuple[str, str]]) -> Affected:
    """The models that read these tables, directly or through any others; not those of `bi`."""
    wanted = set(tables)
    changed = {
        key
        for key, node in models_before_bi(manifest).items()
        if (node.schema, node.name) in wanted
    }
    return _reached(models_before_bi(manifest), changed, beyond=lambda _: True)


def bi_models(manifest: Any, changed: Collection[str] | None = None) -> tuple[str, ...]:
    """The models of `bi` that read, directly or through others, what is named; all for None.

    The names are of tables of any schema before `bi`.
    """
    people = models_of_bi(manifest)
    if changed is None:
        return tuple(sorted(node.name for node in people.values()))
    others = [*models_before_bi(manifest).items(), *manifest.sources.items()]
    roots = {key for key, node in others if node.identifier in changed}
    return _reached(people, roots, beyond=lambda _: True).models


def written_sources(manifest: Any) -> tuple[tuple[str, str], ...]:
    """The tables that the models of `bi` read and Python wrote, as (schema, table)."""
    read = read_by(models_of_bi(manifest))
    return tuple(
        (source.schema, source.identifier)
        for key, source in manifest.sources.items()
        if key in read
    )


def tables_before_bi(manifest: Any) -> tuple[str, ...]:
    """The models before `bi` that are stored as tables, by name."""
    return tuple(node.name for node in models_before_bi(manifest).values() if not _is_view(node))


def _reached(
    models: Mapping[str, Any], roots: Iterable[str], beyond: Callable[[Any], bool]
) -> Affected:
    """Those of the models that are reached from the roots; the way goes on behind some."""
    children = _children(models)
    reached: dict[str, Any] = {}
    waiting = sorted(roots)
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


def _children(models: Mapping[str, Any]) -> dict[str, Sequence[str]]:
    """The models that read a node, by the node's key."""
    children: dict[str, list[str]] = {}
    for key, node in models.items():
        for parent in node.depends_on.nodes:
            children.setdefault(parent, []).append(key)
    return {key: tuple(found) for key, found in children.items()}


def _is_view(node: Any) -> bool:
    return bool(node.config.materialized == "view")
