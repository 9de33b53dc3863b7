"""Nothing that a limited release hides can be computed from what it publishes.

The attack (`attack.py`) reads published files alone; what it finds is judged by the whole tables.
"""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import duckdb
import polars as pl
import pytest
from attack import Key, Knowledge, gather, ranges, rounded_ranges, small_changes
from project import MYELOID, NSCLC, PROJECT, STUDY

from analytics.release.bi_files import export_bi
from analytics.release.count_cells import count_cells
from analytics.release.disclosure import limit_schema, limited
from analytics.release.hidden_counts import hidden_counts
from analytics.release.rounded_counts import rounded_counts
from analytics.release.subject_sets import SubjectSets
from analytics.report.contents import contents
from analytics.report.elements import Table
from analytics.study import load_study
from analytics.study.specification import Publication
from analytics.warehouse import connect

pytestmark = pytest.mark.integration  # reads built studies

LIMITS = Publication(smallest_cell=11, smallest_n_at_risk=10)
FEW = 11
NEAR = 1e-6
TIMES = {
    "conditional_from_months",
    "difference_months",
    "follow_up_median_months",
    "last_months",
    "median_ci_lower",
    "median_ci_upper",
    "median_months",
    "quantile_ci_lower",
    "quantile_ci_upper",
    "quantile_months",
    "time_months",
}


@dataclass(frozen=True)
class Attacked:
    """A study's tables as they are, and as the attack reads them; what it knows of them."""

    whole: Mapping[str, pl.DataFrame]
    shown: Mapping[str, pl.DataFrame]

    def outcomes(self) -> tuple[int, list[Key], list[Key]]:
        """How many cells are hidden, which of them are recovered, and which narrowed."""
        known = gather(self.shown)
        natural = {key: (low, high) for key, low, high in ranges(known, FEW, only_zeros=True)}
        recovered, narrowed = [], []
        for key, low, high in ranges(known, FEW):
            value = self.value(key, known)
            least, most = natural[key]
            if high - low < NEAR:
                assert abs(value - low) < NEAR, (key, value, low)
            if key in known.told or most - least < NEAR:
                continue
            if high - low < NEAR:
                recovered.append(key)
            elif value < FEW and not (
                low <= max(1, least) + NEAR and high >= min(FEW - 1, most) - NEAR
            ):
                narrowed.append(key)
        return sum(map(len, known.hidden.values())), recovered, narrowed

    def value(self, key: Key, known: Knowledge) -> int:
        """How many a hidden count really is, in any of its places."""
        values = {
            self.whole[table].row(place, named=True)[column]
            for table, place, column in known.hidden[key]
        }
        assert len(values) == 1, key
        return int(values.pop())


def tables(connection: duckdb.DuckDBPyConnection, schema: str) -> dict[str, pl.DataFrame]:
    names = connection.execute(
        "select table_name from information_schema.tables where table_schema = ? order by all",
        [schema],
    ).fetchall()
    return {name: connection.sql(f"from {schema}.{name}").pl() for (name,) in names}


def published(study: Path, releases: Path, folder: Path, limits: Publication = LIMITS) -> Attacked:
    """The published files of a study with limits of publication, from a build without them."""
    built = releases / study.name / "current/warehouse.duckdb"
    spec = load_study(study).model_copy(update={"publication": limits})
    with (
        connect(built, read_only=True) as patients,
        connect(folder / "warehouse.duckdb") as connection,
    ):
        whole = tables(patients, "bi")
        connection.execute("create schema bi")
        for name, frame in whole.items():
            connection.register("frame", frame.to_arrow())
            connection.execute(f"create table bi.{name} as from frame")
        decide = partial(hidden_counts, spec, patients)
        round_off = partial(rounded_counts, spec, patients)
        month = spec.parameters.days_per_month
        limit_schema(connection, "bi", limits, month, decide, round_off)
    export_bi(folder / "warehouse.duckdb", folder, {"study": study.name})
    with connect(folder / "bi.duckdb", read_only=True) as connection:
        shown = tables(connection, "main")
    for name, frame in shown.items():
        parquet = pl.read_parquet(folder / "bi" / f"{name}.parquet")
        assert frame.sort(frame.columns).equals(parquet.sort(frame.columns), null_equal=True)
    return Attacked(
        {name: lines_first(frame) for name, frame in whole.items()},
        {name: lines_first(frame) for name, frame in shown.items()},
    )


def lines_first(frame: pl.DataFrame) -> pl.DataFrame:
    """Steps of curves last: a shorter curve leaves the place of every other row as it is."""
    if "point" not in frame.columns:
        return frame
    return frame.sort(pl.col("point") == "day", maintain_order=True)


@pytest.fixture(scope="module")
def nsclc(nsclc_releases: Path, tmp_path_factory: pytest.TempPathFactory) -> Attacked:
    return published(NSCLC, nsclc_releases, tmp_path_factory.mktemp("nsclc"))


@pytest.fixture(scope="module")
def myeloid(myeloid_releases: Path, tmp_path_factory: pytest.TempPathFactory) -> Attacked:
    return published(MYELOID, myeloid_releases, tmp_path_factory.mktemp("myeloid"))


@pytest.fixture(scope="module")
def default(default_releases: Path, tmp_path_factory: pytest.TempPathFactory) -> Attacked:
    return published(STUDY, default_releases, tmp_path_factory.mktemp("default"))


@pytest.fixture(scope="module")
def monthly(nsclc_releases: Path, tmp_path_factory: pytest.TempPathFactory) -> Attacked:
    limits = LIMITS.model_copy(update={"curve_grid": "monthly"})
    return published(NSCLC, nsclc_releases, tmp_path_factory.mktemp("monthly"), limits)


def test_no_day_of_a_subject_is_published_on_a_monthly_grid(monthly: Attacked) -> None:
    """Nor in another table: each time on a curve is a whole month, or is asked for by the plan."""
    for name, table in monthly.shown.items():
        frame = table.filter(stratum="study") if name == "external_curves" else table
        for column in frame.columns:
            if column in TIMES and frame.schema[column].is_float():
                months = frame[column].drop_nulls()
                assert months.equals(months.round()), (name, column)
    curves = monthly.shown["survival_curves"]
    assert curves["time_months"].max() > 10
    assert curves.height < monthly.whole["survival_curves"].height / 3


@pytest.mark.parametrize("study", ["nsclc", "myeloid", "default", "monthly"])
def test_no_hidden_count_is_recovered_or_narrowed(
    study: str, request: pytest.FixtureRequest
) -> None:
    attacked: Attacked = request.getfixturevalue(study)
    n_hidden, recovered, narrowed = attacked.outcomes()
    assert n_hidden > 10
    assert recovered == []
    assert narrowed == []


@pytest.mark.parametrize("protection", [1, 4])
def test_as_many_values_stay_possible_as_the_protection_asks_for(
    protection: int, nsclc: Attacked, nsclc_releases: Path, tmp_path: Path
) -> None:
    """And fewer counts are hidden for it than to keep all of them possible."""
    limits = LIMITS.model_copy(update={"protection": protection})
    attacked = published(NSCLC, nsclc_releases, tmp_path, limits)
    known = gather(attacked.shown)
    natural = {key: high - low for key, low, high in ranges(known, FEW, only_zeros=True)}
    n_small = 0
    for key, low, high in ranges(known, FEW):
        value = attacked.value(key, known)
        assert low - NEAR <= value <= high + NEAR, key
        if value < FEW and key not in known.told:
            n_small += 1
            assert high - low >= min(protection, natural[key]) - NEAR, (key, value, low, high)
    assert n_small > 5
    n_hidden = sum(map(len, known.hidden.values()))
    assert n_hidden <= nsclc.outcomes()[0]


@pytest.mark.parametrize("study", ["nsclc", "myeloid"])
def test_the_attack_recovers_counts_where_only_the_small_ones_are_hidden(
    study: str, request: pytest.FixtureRequest
) -> None:
    whole = request.getfixturevalue(study).whole
    small = {name: lines_first(frame) for name, frame in limited(whole, LIMITS).items()}
    _, recovered, _ = Attacked(whole, small).outcomes()
    assert len(recovered) >= 2


@pytest.mark.parametrize("study", ["myeloid", "monthly"])
def test_the_report_of_a_limited_release_has_a_dash_for_what_is_hidden(
    study: str, request: pytest.FixtureRequest
) -> None:
    shown = request.getfixturevalue(study).shown
    items = [item for section in contents(shown) for item in section.items]
    lines = [line for item in items if isinstance(item, Table) for line in item.lines]
    cells = [cell for line in lines for cell in line.cells.values()]
    assert "-" in cells
    assert not [cell for cell in cells if isinstance(cell, str) and "None" in cell.split()]


BASE = 5


@dataclass(frozen=True)
class Rounded:
    """What all sums of a study tell of its counts when these are rounded."""

    exact: Mapping[Key, float]
    seen: Mapping[Key, float]
    ranges: Mapping[Key, tuple[float, float]]

    @classmethod
    def of(cls, whole: Knowledge, seen: Mapping[Key, float], base: int, reach: int) -> "Rounded":
        """`seen`: counts, rounded to within `reach`. The sums are all that hold."""
        sums = Knowledge(
            equal=[terms for terms in whole.equal if total(terms, whole.seen) in {None, 0}],
            at_most=[terms for terms in whole.at_most if (total(terms, whole.seen) or 0) <= 0],
        )
        found = {key: (low, high) for key, low, high in rounded_ranges(sums, seen, base, reach)}
        return cls(whole.seen, seen, found)

    def narrowed(self, base: int) -> list[Key]:
        """The counts of which fewer than `base` values in a row are possible."""
        return [key for key, (low, high) in self.ranges.items() if high - low < base - 1 - NEAR]


def total(terms: tuple[tuple[Key, float], ...], values: Mapping[Key, float]) -> float | None:
    """What a sum comes to; None where a number is missing."""
    if any(key not in values for key, _ in terms):
        return None
    return sum(factor * values[key] for key, factor in terms)


def known_of(frames: Mapping[str, pl.DataFrame]) -> Knowledge:
    """What the tables say without the steps of their curves, of which rounding publishes none."""
    without = {
        name: frame.filter(pl.col("point") != "day") if "point" in frame.columns else frame
        for name, frame in frames.items()
    }
    curves = {"survival_curves", "relative_survival_curves"}
    return gather(
        {name: frame.clear() if name in curves else frame for name, frame in without.items()}
    )


@pytest.mark.parametrize("study", ["nsclc", "myeloid", "blinatumomab"])
def test_no_rounded_count_is_known_better_than_to_the_base(
    study: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Not even to whom knows every sum that holds of the exact counts."""
    fixture = "default_releases" if study == STUDY.name else f"{study}_releases"
    releases = request.getfixturevalue(fixture)
    limits = Publication(round_counts_to=BASE)
    attacked = published(STUDY.with_name(study), releases, tmp_path, limits)
    whole, seen = known_of(attacked.whole), known_of(attacked.shown).seen
    found = Rounded.of(whole, seen, BASE, BASE - 1)
    assert len(found.ranges) > 400
    for key, value in seen.items():
        assert value % BASE == 0
        assert abs(whole.seen[key] - value) < BASE, key
    for terms in whole.equal:
        if total(terms, whole.seen) == 0:
            assert total(terms, seen) in {None, 0}, terms
    assert found.narrowed(BASE) == []


def test_the_attack_recovers_counts_that_are_rounded_each_for_itself(
    nsclc_releases: Path, tmp_path: Path
) -> None:
    attacked = published(NSCLC, nsclc_releases, tmp_path, Publication(round_counts_to=BASE))
    whole = known_of(attacked.whole)
    nearest = {key: BASE * ((value + 2) // BASE) for key, value in whole.seen.items()}
    found = Rounded.of(whole, nearest, BASE, BASE // 2)
    assert len(found.narrowed(BASE)) > 20
    assert min(high - low for low, high in found.ranges.values()) < 1 + NEAR


def with_an_earlier_release(
    frames: Mapping[str, pl.DataFrame], sets: SubjectSets, gone: Mapping[str, int]
) -> dict[str, pl.DataFrame]:
    """The tables with a history of two releases: the earlier one without so many of each group."""
    history = frames["release_history"]
    kept = sets.everybody
    for population, n in gone.items():
        members = sets.bits(sets.population(population))
        for _ in range(n):
            least = members & -members
            members, kept = members ^ least, kept ^ least
    counts = {column: history[column].to_list() for column in ("n", "n_event", "n_risk")}
    for cell in count_cells({"release_history": history}, sets):
        if cell.column in counts:
            counts[cell.column][cell.row] = (
                None if cell.who is None else (sets.bits(cell.who) & kept).bit_count()
            )
    analysed = sets.bits(sets.population(sets.study.analysis_set))
    n_subjects = (analysed & kept).bit_count()
    earlier = history.with_columns(
        pl.lit("earlier").alias("release_id"),
        (pl.col("release_order") - 1).alias("release_order"),
        pl.lit(n_subjects).cast(pl.Int64).alias("n_subjects"),
        *(pl.Series(name, values, pl.Int64) for name, values in counts.items()),
    )
    return {**frames, "release_history": pl.concat([earlier, history])}


@pytest.mark.parametrize("gone", [(12, 5), (11, 0), (24, 12), (0, 0)])
def test_the_history_tells_no_small_change(
    nsclc_releases: Path, gone: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not by what all gained less what one arm gained; comparing line by line would tell it."""
    spec = load_study(NSCLC).model_copy(update={"publication": LIMITS})
    built = nsclc_releases / NSCLC.name / "current/warehouse.duckdb"
    with connect(built, read_only=True) as patients:
        sets = SubjectSets(spec, patients, FEW)
        by_arm = dict(zip(("itt_syn1042", "itt_placebo"), gone, strict=True))
        frames = with_an_earlier_release(tables(patients, "bi"), sets, by_arm)
        hidden = hidden_counts(spec, patients, frames)
        shown = limited(frames, LIMITS, hidden)
        monkeypatch.setattr("analytics.release.disclosure.small_differences", line_by_line)
        compared_by_line = limited(frames, LIMITS, hidden)
    assert small_changes(shown, FEW) == []
    earlier = shown["release_history"].filter(release_id="earlier")
    if gone != (12, 5):
        assert earlier["n"].drop_nulls().len() > 0
    else:
        changes = {change for _, _, change in small_changes(compared_by_line, FEW)}
        assert 5 in changes


def line_by_line(frame: pl.DataFrame, bounds: Mapping[str, int], _: object) -> dict[str, list[int]]:
    """A weaker rule: a count of the earlier release goes where it differs a little itself."""
    half = frame.height // 2
    return {
        column: [
            place
            for place in range(half)
            if 0 < abs((frame[column][place] or 0) - (frame[column][place + half] or 0)) < FEW
        ]
        for column in bounds
        if not column.endswith("_previous")
    }


OF_OTHERS = {"external_comparisons", "external_curves", "external_medians"}
WITHOUT_SUBJECTS = {*OF_OTHERS, "data_quality"}


def test_every_count_is_known_by_its_subjects(nsclc_releases: Path) -> None:
    """What is not compared with other tables is no count of subjects of the study.

    A number at risk at a median's limits is below a curve that is compared.
    """
    built = nsclc_releases / NSCLC.name / "current/warehouse.duckdb"
    with connect(built, read_only=True) as patients:
        frames = tables(patients, "bi")
        cells = count_cells(frames, SubjectSets(load_study(NSCLC), patients, FEW))
    alone = {(cell.table, cell.column) for cell in cells if cell.who is None}
    assert {one for one in alone if one[0] not in WITHOUT_SUBJECTS} == {
        ("release_history", "n_risk")
    }


def test_the_changes_of_an_endpoint_do_not_tell_a_small_one(nsclc_releases: Path) -> None:
    """They make up its subjects, whose number everybody knows: one hidden alone could be had."""
    spec = load_study(NSCLC).model_copy(update={"publication": LIMITS})
    changes = pl.DataFrame(
        {
            "release_order": [2, 2, 2],
            "release_id": ["b"] * 3,
            "endpoint": ["OS"] * 3,
            "change": ["event added", "follow-up longer", "unchanged"],
            "n_subjects": [3, 57, 140],
        }
    )
    built = nsclc_releases / NSCLC.name / "current/warehouse.duckdb"
    with connect(built, read_only=True) as patients:
        frames = {"release_changes": changes}
        hidden = hidden_counts(spec, patients, frames)
        shown = limited(frames, LIMITS, hidden)["release_changes"]
    assert shown["n_subjects"].to_list()[0] is None
    assert shown["n_subjects"].null_count() == 2


CHOICE = """
import sys
from pathlib import Path
import polars as pl
from analytics.release.hidden_counts import hidden_counts
from analytics.study import load_study
from analytics.study.specification import Publication
from analytics.warehouse import connect
study = load_study(Path(sys.argv[1])).model_copy(
    update={"publication": Publication(smallest_cell=11, smallest_n_at_risk=10)}
)
with connect(Path(sys.argv[2]), read_only=True) as connection:
    names = connection.execute(
        "select table_name from information_schema.tables where table_schema = 'bi' order by all"
    ).fetchall()
    frames = {name: connection.sql(f"from bi.{name}").pl() for (name,) in names}
    hidden = hidden_counts(study, connection, frames)
    for cell in hidden.cells(frames):
        print(cell.table, cell.row, cell.column)
    print(sorted(hidden.ends.items()))
"""


def test_the_choice_is_the_same_in_every_process(nsclc_releases: Path) -> None:
    built = nsclc_releases / NSCLC.name / "current/warehouse.duckdb"
    choices = {
        subprocess.run(
            [sys.executable, "-c", CHOICE, NSCLC, built],
            cwd=PROJECT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(choices) == 1
    assert len(choices.pop().splitlines()) > 50
