"""What an analysis may name: factors with levels, populations and endpoints, by name."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from analytics.study.facts import Facts
from analytics.study.keys import Table
from analytics.study.specification import (
    Endpoint,
    ExternalControl,
    Factor,
    FactorLevel,
    Population,
)


@dataclass(frozen=True)
class Definitions:
    """The study's definitions, as plan.toml and the guard look them up.

    `inferred_parameters` says which conventions are inferred; `rule_parameters` which
    parameters chose among an endpoint's rules. `competing` are the endpoints with a competing
    event, `external_controls` the published curves. Files that the plan names are in `folder`.
    """

    folder: Path
    facts: Facts
    factors: Mapping[str, Factor]
    levels: Mapping[str, tuple[str, ...]]
    level_rows: tuple[FactorLevel, ...]
    populations: Mapping[str, Population]
    endpoints: Mapping[str, Endpoint]
    inferred_parameters: Mapping[str, str]
    rule_parameters: Mapping[str, tuple[str, ...]]
    competing: frozenset[str] = frozenset()
    external_controls: Mapping[str, ExternalControl] = field(default_factory=dict)

    def population(self, table: Table, key: str = "population") -> str:
        """The population a key names."""
        return table.known(key, self.populations, "population")

    def optional_population(self, table: Table, key: str = "population") -> str | None:
        """The population a key names, or None when the key is absent."""
        return self.population(table, key) if table.text(key) else None

    def endpoint(self, table: Table) -> str:
        """The endpoint that key `endpoint` names."""
        return table.known("endpoint", self.endpoints, "endpoint")

    def label_of(self, factor: str, levels: tuple[str, ...]) -> str:
        """The labels of some levels, for people."""
        labels = {row.level: row.label for row in self.level_rows if row.factor == factor}
        return " or ".join(labels[level] for level in levels)
