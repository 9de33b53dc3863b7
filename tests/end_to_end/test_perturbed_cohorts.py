"""The match is earned by the pipeline: what changes in the records changes in the results.

SDTM files in, dbt derivations, estimators. Deleting the reported values changes nothing but the
concordance, and a change of one or two patients' records changes the rows that hang on them:
exactly those of `dependencies.csv`, which belongs to the cohort (dependencies.py writes it), and
none outside what each perturbation may reach in any cohort (REACH).
"""

from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

import duckdb
import pytest
from dependencies import (
    PublishedRow,
    Walk,
    changed_rows,
    listed_rows,
    published_rows,
    read_dbt_project,
    walk_perturbed,
)
from perturbations import PERTURBATIONS, published_deleted

from analytics.release.digests import table_digests

UNPUBLISHED: Final = "published_deleted"
FAMILIES: Final = {
    "tables": ("T1.*", "T2.*"),
    "kaplan_meier": ("SV.*",),
    "cumulative_incidence": ("CIF.*",),
    "cox": ("T3.*",),
}
REACH: Final[dict[str, tuple[str, ...]]] = {
    # One patient's OS, RFS and relapse; her baseline, response and group of survivors stay.
    "death_moved": (
        *("SV.OS.ALL.*", "SV.RFS.*", "T3.*", "TX.SIG.*"),
        *("CIF.*", "TX.CLAIM.CURE.*", "DV.NRM.*"),
    ),
    # A member less of the transplanted and one more of the others; no date of an endpoint.
    "transplant_dropped": (
        *("T2.HSCT.*", "T2.RFSURV.*", "TX.LTS.*"),
        *("SV.OS.HSCTCCR.*", "T3.OS.UNI.HSCT.*", "T3.RFS.UNI.HSCT.*"),
    ),
    # A factor of the models and its counts; who is a candidate may change with it.
    "mrd_raised": (
        *("T2.MRD.*", "TX.CLAIM.DEEP.*", "DV.MRD.*"),
        *("T3.OS.UNI.MRD.*", "T3.RFS.UNI.MRD.*", "T3.OS.MULTI.*", "T3.RFS.MULTI.*"),
        *("TX.SIG.OS.UNI.MRD_RESPONDER.*", "TX.SIG.RFS.UNI.MRD_RESPONDER.*"),
        *("TX.SIG.OS.MULTI.*", "TX.SIG.RFS.MULTI.*"),
    ),
    # A factor that no selected model holds; swapping keeps its counts.
    "ecog_swapped": (
        *("T3.OS.UNI.ECOG.*", "T3.RFS.UNI.ECOG.*"),
        "TX.SIG.OS.UNI.ECOG_PERFORMANCE_STATUS.*",
    ),
}


@pytest.fixture(scope="module")
def base(default_release: Path) -> Path:
    return default_release / "warehouse.duckdb"


@pytest.fixture(scope="module")
def walks(base: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Walk]:
    """Every perturbed cohort, walked through."""
    folder = tmp_path_factory.mktemp("walks")
    dbt = read_dbt_project(folder)
    perturbations = {**PERTURBATIONS, UNPUBLISHED: published_deleted}
    return {
        name: walk_perturbed(perturb, name, folder, dbt, base)
        for name, perturb in perturbations.items()
    }


@pytest.fixture(scope="module")
def before(base: Path) -> dict[str, PublishedRow]:
    return published_rows(base)


@pytest.fixture(scope="module")
def after(walks: dict[str, Walk]) -> dict[str, dict[str, PublishedRow]]:
    return {name: published_rows(walks[name].warehouse) for name in PERTURBATIONS}


def result_digests(warehouse: Path) -> dict[str, dict[str, int | str]]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return table_digests(connection, "results")


def sensitivity_numbers(warehouse: Path) -> list[tuple[object, ...]]:
    """The rows of results.convention_sensitivity without what is reported of them."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute(
            "select * exclude (published_id, published, matches_chosen, matches_alternative) "
            "from results.convention_sensitivity order by all"
        ).fetchall()


def marts_rows(warehouse: Path) -> set[tuple[object, ...]]:
    """Every row of the marts that speaks of a subject: the subject, the table, the row.

    Without the line: a record that is left out moves all that follow it in its file.
    """
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        tables = connection.execute(
            "select table_name from duckdb_columns() "
            "where schema_name = 'marts' and column_name = 'usubjid' order by all"
        ).fetchall()
        return {
            (usubjid, table, *row)
            for (table,) in tables
            for usubjid, *row in connection.execute(
                f"select usubjid, columns(c -> c not in ('record', 'line')) from marts.{table}"
            ).fetchall()
        }


def matching(rows: set[str], patterns: list[str]) -> set[str]:
    return {row for row in rows if any(fnmatchcase(row, pattern) for pattern in patterns)}


def test_without_the_published_values_every_other_result_is_the_same(
    base: Path, walks: dict[str, Walk]
) -> None:
    expected, found = result_digests(base), result_digests(walks[UNPUBLISHED].warehouse)
    assert found.pop("published_concordance")["rows"] == 0
    assert expected.pop("published_concordance")["rows"] != 0
    # a reported value stands beside each of these numbers, and changes none
    assert found.pop("convention_sensitivity") != expected.pop("convention_sensitivity")
    assert sensitivity_numbers(walks[UNPUBLISHED].warehouse) == sensitivity_numbers(base)
    assert found == expected


@pytest.mark.parametrize("name", [*PERTURBATIONS, UNPUBLISHED])
def test_only_the_changed_patients_have_other_rows_in_the_marts(
    name: str, base: Path, walks: dict[str, Walk]
) -> None:
    different = marts_rows(base) ^ marts_rows(walks[name].warehouse)
    assert {row[0] for row in different} == set(walks[name].subjects)


def test_the_list_names_every_perturbation() -> None:
    assert {name for name, _ in listed_rows()} == set(PERTURBATIONS) == set(REACH)


@pytest.mark.parametrize("name", PERTURBATIONS)
def test_exactly_the_listed_rows_change(
    name: str, before: dict[str, PublishedRow], after: dict[str, dict[str, PublishedRow]]
) -> None:
    patterns = [rows for listed, rows in listed_rows() if listed == name]
    idle = [pattern for pattern in patterns if not matching(set(before), [pattern])]
    assert idle == []
    assert changed_rows(before, after[name]) == matching(set(before), patterns)


@pytest.mark.parametrize("name", PERTURBATIONS)
def test_nothing_changes_beyond_the_reach_of_a_perturbation(
    name: str, before: dict[str, PublishedRow], after: dict[str, dict[str, PublishedRow]]
) -> None:
    changed = set(changed_rows(before, after[name]))
    assert sorted(changed - matching(changed, list(REACH[name]))) == []


@pytest.mark.parametrize("family", FAMILIES)
def test_some_perturbation_costs_each_family_a_match(
    family: str, before: dict[str, PublishedRow], after: dict[str, dict[str, PublishedRow]]
) -> None:
    lost = [
        (name, row)
        for name, rows in after.items()
        for row in matching(set(rows), list(FAMILIES[family]))
        if before[row].matches and not rows[row].matches
    ]
    assert lost
