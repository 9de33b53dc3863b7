"""The counts of a site as they are read back, and whether sites may be pooled."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final

import polars as pl

from analytics.errors import PlateauError
from analytics.export.counts_files import COUNTS_FILE, FORMAT, MOVES_FILE, SITE_FILE, SIZES_FILE
from analytics.plural import counted
from analytics.release.digests import file_digest
from analytics.results.site_counts import COUNTS_SCHEMA, MOVES_SCHEMA, SIZES_SCHEMA, SiteCounts
from analytics.results.small_cells import Cells
from analytics.study.specification import StudySpecification

_SCHEMAS: Final = {
    COUNTS_FILE: COUNTS_SCHEMA,
    MOVES_FILE: MOVES_SCHEMA,
    SIZES_FILE: SIZES_SCHEMA,
}
_WORDS: Final = frozenset(
    {
        "analysis_id",
        "caution",
        "description",
        "display_order",
        "headline",
        "inferred",
        "label",
        "note",
        "param",
        "pooled_over",
        "reason",
    }
)
_OF_RECORDS: Final = frozenset(
    {
        "derivation",
        "domain",
        "testcd",
        "category",
        "specimen",
        "evaluator",
        "add",
        "no_record",
        "fact",
        "wording",
    }
)


class PoolError(PlateauError):
    """Sites that cannot be pooled; nothing was written."""

    exit_code: ClassVar[int] = 1


@dataclass(frozen=True)
class Site:
    """One site: its name, study, counts, and what they do not hold (name -> why)."""

    name: str
    folder: Path
    study_id: str
    release_id: str
    synthetic_note: str | None
    cells: Cells
    study: StudySpecification
    counts: SiteCounts
    not_shared: dict[str, str]
    digests: dict[str, str]


def read_site(folder: Path) -> Site:
    """The site that shared this folder. Raises PoolError for another folder or altered files."""
    path = folder / SITE_FILE
    try:
        about = json.loads(path.read_text(encoding="utf-8"))
        number = about["format"]
    except OSError as error:
        raise PoolError(
            f"{folder} has no {SITE_FILE}; name folders that `plateau export counts` has written."
        ) from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise PoolError(f"{path} does not describe a site; export its counts again.") from error
    if number != FORMAT:
        raise PoolError(
            f"{path} has format {number}, but this version of Plateau reads format {FORMAT}; "
            "export the counts again with the same version."
        )
    for name in _SCHEMAS:
        if not (folder / name).is_file():
            raise PoolError(f"{folder} has no {name}; export its counts again.")
        if file_digest(folder / name) != about["digests"].get(name):
            raise PoolError(
                f"{folder / name} was altered after it was exported; export the counts again."
            )
    frames = {name: _frame(folder / name, schema) for name, schema in _SCHEMAS.items()}
    try:
        return Site(
            name=about["site"],
            folder=folder,
            study_id=about["study_id"],
            release_id=about["release_id"],
            synthetic_note=about["synthetic_note"],
            cells=Cells(**about["days"]),
            study=StudySpecification.model_validate(about["definitions"]),
            counts=SiteCounts(
                frames[COUNTS_FILE], frames[MOVES_FILE], frames[SIZES_FILE], about["refused"]
            ),
            not_shared=about["refused"] | about["withheld"],
            digests=about["digests"],
        )
    except (KeyError, TypeError, ValueError) as error:
        raise PoolError(f"{path} does not describe a site; export its counts again.") from error


def _frame(path: Path, schema: Mapping[str, type[pl.DataType]]) -> pl.DataFrame:
    try:
        return pl.read_csv(path, schema=dict(schema))
    except pl.exceptions.PolarsError as error:
        raise PoolError(f"{path} does not hold counts; export them again.") from error


def check_sites(sites: Sequence[Site]) -> None:
    """Refuse what is no pool: one site, a site or its patients twice, or other definitions."""
    if len(sites) < 2:
        raise PoolError("Pooling needs at least two sites; name a folder for each.")
    for position, site in enumerate(sites):
        for other in sites[:position]:
            _check_pair(other, site)


def _check_pair(one: Site, other: Site) -> None:
    if one.name == other.name:
        raise PoolError(
            f"{one.folder} and {other.folder} are both of site '{one.name}'; name each site once, "
            "or export one of them with another --site."
        )
    for what, is_same in (
        ("release", one.release_id == other.release_id),
        ("counts", one.digests == other.digests),
    ):
        if is_same:
            raise PoolError(
                f"{one.folder} and {other.folder} hold the same {what} ({one.release_id} and "
                f"{other.release_id}), so their patients would be counted twice; leave one out."
            )
    if one.cells.every_days != other.cells.every_days:
        raise PoolError(
            f"Site '{one.name}' shares {_days(one)} and site '{other.name}' {_days(other)}; export "
            "both with the same --every-days."
        )
    for place, own, others in _differences(one.study, other.study):
        raise PoolError(
            f"Sites '{one.name}' and '{other.name}' define {place} differently: {_told(own)} and "
            f"{_told(others)}; pool sites of the same definitions."
        )


def _days(site: Site) -> str:
    every = site.cells.every_days
    return "single days" if every is None else f"days in steps of {every}"


def _told(value: object) -> str:
    return "nothing" if value in (None, "", [], {}) else json.dumps(value, ensure_ascii=False)


Difference = tuple[str, object, object]


def _differences(one: StudySpecification, other: StudySpecification) -> Iterator[Difference]:
    """What two studies define under one name, but not alike, with both values.

    Words for people and what is said of records may differ; so may what only one of them has.
    """
    yield from _of(
        "the parameter",
        one.parameters.model_dump(mode="json"),
        other.parameters.model_dump(mode="json"),
    )
    for kind, own, others in (
        ("endpoint", _named(one.endpoints, "paramcd"), _named(other.endpoints, "paramcd")),
        ("rules of endpoint", _rules(one), _rules(other)),
        ("factor", _named(one.factors, "factor"), _named(other.factors, "factor")),
        ("levels of factor", _levels(one), _levels(other)),
        ("population", _named(one.populations, "population"),
         _named(other.populations, "population")),
        ("analysis", _named(one.analyses, "analysis_id"), _named(other.analyses, "analysis_id")),
    ):  # fmt: skip
        for name in sorted(own.keys() & others.keys()):
            yield from _of(f"{kind} '{name}',", own[name], others[name])


def _of(what: str, one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[Difference]:
    for key in [*one, *(key for key in other if key not in one)]:
        if one.get(key) != other.get(key):
            yield f"{what} {key}", one.get(key), other.get(key)


def _plain(value: Any) -> Any:
    """A definition without words for people and without what is said of records."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items() if key not in _WORDS | _OF_RECORDS}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def _named(rows: Sequence[Any], key: str) -> dict[str, dict[str, Any]]:
    return {getattr(row, key): _plain(row.model_dump(mode="json")) for row in rows}


def _rules(study: StudySpecification) -> dict[str, dict[str, Any]]:
    """Endpoint -> its rules by id: role, fact, priority and days."""
    found: dict[str, dict[str, Any]] = {endpoint.paramcd: {} for endpoint in study.endpoints}
    for rule in study.endpoint_rules:
        told = f"{rule.role} by {rule.fact}, priority {rule.priority}"
        found.setdefault(rule.paramcd, {})[f"rule '{rule.rule_id}'"] = (
            f"{told}, {counted(rule.days_after, 'day')} after it" if rule.days_after else told
        )
    return found


def _levels(study: StudySpecification) -> dict[str, dict[str, Any]]:
    """Factor -> its levels in order, and the numbers that are their bounds."""
    found: dict[str, dict[str, Any]] = {}
    for factor in study.factors:
        rows = [row for row in study.factor_levels if row.factor == factor.factor and row.level]
        found[factor.factor] = {"in order": list(study.levels_of(factor.factor))} | {
            f"bounds of '{row.level}'": [
                row.lower, row.lower_inclusive, row.upper, row.upper_inclusive,
            ]
            for row in rows
            if row.lower is not None or row.upper is not None
        }  # fmt: skip
    return found
