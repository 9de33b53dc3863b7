"""Which models come back from Spark, and which checks are made where."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from analytics.transform.models import models_before_bi, models_of_bi, read_by

PUBLISHED: Final = frozenset({"marts", "quality"})
"""The schemas that come back whole."""

READ_LATER: Final = (
    "int_analysis_subjects",
    "int_dated_facts",
    "int_death_records",
    "int_end_dates",
    "int_endpoint_origins",
    "int_record_terms",
    "int_record_verdicts",
    "int_repeated_persons",
    "int_test_strata",
    "int_treatment_cycles",
)
"""The further models that Python and the expectations read (tests/spark compares the list)."""

OVER_RAW: Final = ("int_staged_records",)
"""Models that DuckDB shows as views of what it has loaded, instead of copies of every record."""


@dataclass(frozen=True)
class Division:
    """The work of a build, by names of dbt: what Spark leaves out, what DuckDB takes over."""

    returned: Mapping[str, str]
    """`schema.name` of every model that comes back, by its id."""
    views: tuple[str, ...]
    """Ids of the models that DuckDB computes from its own schema `raw` when they are read."""
    tests_of_returned: tuple[str, ...]
    """Names of the tests that read nothing but what came back."""


def division(manifest: Any) -> Division:
    """Divide the models and tests of a manifest before `bi`."""
    models = models_before_bi(manifest)
    read_by_bi = read_by(models_of_bi(manifest))
    returned = {
        key: f"{node.schema}.{node.name}"
        for key, node in models.items()
        if node.schema in PUBLISHED
        or node.name in READ_LATER
        or (key in read_by_bi and node.schema == "intermediate")
    }
    views = tuple(
        key for key, node in models.items() if node.schema == "staging" or node.name in OVER_RAW
    )
    tests = (node for node in manifest.nodes.values() if node.resource_type == "test")
    return Division(
        returned,
        views,
        tuple(node.name for node in tests if _reads_only(node.depends_on.nodes, returned)),
    )


def _reads_only(read: Iterable[str], models: Mapping[str, str]) -> bool:
    names = {key for key in read if key.startswith("model.")}
    return bool(names) and names <= models.keys()
