"""Counts by day as they leave a site: on a grid, and without small cells."""

import polars as pl
import pytest

from analytics.results.site_counts import (
    COUNTS_SCHEMA,
    MOVES_SCHEMA,
    SIZES_SCHEMA,
    SiteCounts,
)
from analytics.results.small_cells import Cells, shared

DAYS = [
    # part, day, entered, events, competing, censored
    ("a", 0, 12, 0, 0, 0),
    ("a", 10, 0, 2, 0, 0),
    ("a", 20, 0, 1, 0, 3),
    ("a", 40, 0, 3, 0, 0),
    ("a", 50, 0, 0, 0, 3),
    ("b", 0, 6, 0, 0, 0),
    ("b", 20, 0, 3, 0, 0),
    ("b", 45, 0, 0, 0, 3),
]


def site(*days: tuple[str, float, int, int, int, int]) -> SiteCounts:
    rows = [("curve", "os", None, None, part, float(day), *n) for part, day, *n in days or DAYS]
    return SiteCounts(
        pl.DataFrame(rows, schema=COUNTS_SCHEMA, orient="row"),
        pl.DataFrame(schema=MOVES_SCHEMA),
        pl.DataFrame(schema=SIZES_SCHEMA),
    )


def days_of(found: SiteCounts) -> list[tuple[object, ...]]:
    return found.counts.select(
        "part", "day", "n_entry", "n_event", "n_competing", "n_censored"
    ).rows()


def test_single_days_are_shared_as_they_are() -> None:
    given = site()
    assert shared(given, Cells()) == (given, {})


def test_small_cells_are_put_together_with_the_days_after_them_in_all_groups() -> None:
    found, withheld = shared(site(), Cells(smallest_cell=3, merged=True))
    assert days_of(found) == [
        ("a", 0, 12, 0, 0, 0),
        ("a", 20, 0, 3, 0, 3),
        ("a", 40, 0, 3, 0, 0),
        ("a", 50, 0, 0, 0, 3),
        ("b", 0, 6, 0, 0, 0),
        ("b", 20, 0, 3, 0, 0),
        ("b", 45, 0, 0, 0, 3),
    ]
    assert withheld == {}


def test_small_cells_at_the_end_go_to_the_days_before() -> None:
    late = [*DAYS[:4], ("a", 50, 0, 1, 0, 2), *DAYS[5:]]
    found, _ = shared(site(*late), Cells(smallest_cell=3, merged=True))
    assert ("a", 50, 0, 7, 0, 5) in days_of(found) or all(
        n == 0 or n >= 3 for _, _, *counts in days_of(found) for n in counts
    )
    assert sum(row[3] for row in days_of(found)) == sum(row[3] for row in late)


def test_without_merging_an_analysis_with_small_cells_is_withheld() -> None:
    found, withheld = shared(site(), Cells(smallest_cell=3))
    assert found.counts.is_empty()
    assert withheld == {"os": "2 of its days have a count below 3"}


def test_a_group_below_the_smallest_cell_withholds_the_analysis() -> None:
    found, withheld = shared(
        site(("a", 0, 2, 0, 0, 0), ("a", 9, 0, 2, 0, 0)), Cells(smallest_cell=3, merged=True)
    )
    assert found.counts.is_empty()
    assert withheld == {"os": "2 of its days have a count below 3"}


def test_days_are_rounded_up_to_a_grid() -> None:
    found, _ = shared(site(), Cells(every_days=30))
    assert days_of(found) == [
        ("a", 0, 12, 0, 0, 0),
        ("a", 30, 0, 3, 0, 3),
        ("a", 60, 0, 3, 0, 3),
        ("b", 0, 6, 0, 0, 0),
        ("b", 30, 0, 3, 0, 0),
        ("b", 60, 0, 0, 0, 3),
    ]


@pytest.mark.parametrize("cells", [Cells(every_days=30), Cells(smallest_cell=3, merged=True)])
def test_late_entries_need_single_days(cells: Cells) -> None:
    late = site(("a", 0, 5, 0, 0, 0), ("a", 10, 5, 0, 0, 0), ("a", 20, 0, 10, 0, 0))
    found, withheld = shared(late, cells)
    assert found.counts.is_empty()
    assert withheld == {
        "os": "patients enter or change groups after day 0, which needs single days"
    }
