"""What a record may change and what it may not: subjects of a trial, as they are and mutated.

One study holds a clean and a mutated twin of each drawn subject. Each kind of mutation
(mutation_kinds.py) states what follows; every endpoint, factor, population, date and finding
that it does not name is the same for both twins.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb
import polars as pl
import pytest
from donors import read_donors
from mutated_trial import Pair, Twin, expected, read_twins, write_study
from mutation_kinds import KINDS
from project import Plateau
from record_mutations import new_number
from torture_scale import FULL

from synthesis.nsclc.draw import table_of
from synthesis.nsclc.generate import generate
from synthesis.nsclc.trial import N_RANDOMISED, N_SCREEN_FAILURES, SEED

SEEDS = range(1, 6 if FULL else 2)
GENERATED = {"OS": "OS", "PFSINV": "PFS", "PFSEMA": "PFSEMA", "PFSIRC": "PFSIRC", "DOR": "DOR"}
"""The endpoints that the generator of the trial knows, with their names in the study."""

each_kind = pytest.mark.parametrize("kind", [kind.name for kind in KINDS])


@dataclass(frozen=True)
class Built:
    """The built study: its pairs, what the marts tell of every subject, and the marts."""

    pairs: tuple[Pair, ...]
    twins: dict[str, Twin]
    warehouse: duckdb.DuckDBPyConnection

    def of_kind(self, name: str) -> list[Pair]:
        return [pair for pair in self.pairs if pair.kind.name == name]

    def mutated(self, pair: Pair) -> Twin:
        return self.twins[pair.mutated]

    def expected(self, pair: Pair) -> Twin:
        return expected(self.twins[pair.clean], pair)


@pytest.fixture(scope="module", params=SEEDS, ids=lambda seed: f"seed{seed}")
def built(
    request: pytest.FixtureRequest, plateau: Plateau, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Built]:
    folder = tmp_path_factory.mktemp("mutated")
    pairs = write_study(read_donors(), request.param, folder / "study")
    result = plateau("build", folder / "study", "--releases", folder / "releases", "--threads", "2")
    assert result.returncode == 0, result.stderr
    path = folder / "releases/nsclc/current/warehouse.duckdb"
    with duckdb.connect(str(path), read_only=True) as connection:
        yield Built(pairs, read_twins(connection), connection)


@each_kind
def test_endpoints_end_as_the_kind_states(kind: str, built: Built) -> None:
    for pair in built.of_kind(kind):
        assert built.mutated(pair).outcomes == built.expected(pair).outcomes, pair.donor.usubjid


@each_kind
def test_factors_are_those_that_the_kind_states(kind: str, built: Built) -> None:
    for pair in built.of_kind(kind):
        if not pair.kind.is_excluded:
            assert built.mutated(pair).factors == built.expected(pair).factors, pair.donor.usubjid


@each_kind
def test_populations_are_those_that_the_kind_states(kind: str, built: Built) -> None:
    for pair in built.of_kind(kind):
        found, wanted = built.mutated(pair), built.expected(pair)
        assert found.populations == wanted.populations, pair.donor.usubjid


@each_kind
def test_dates_of_subjects_are_those_that_the_kind_states(kind: str, built: Built) -> None:
    for pair in built.of_kind(kind):
        assert built.mutated(pair).dates == built.expected(pair).dates, pair.donor.usubjid


@each_kind
def test_findings_are_those_that_the_kind_states(kind: str, built: Built) -> None:
    for pair in built.of_kind(kind):
        assert built.mutated(pair).findings == built.expected(pair).findings, pair.donor.usubjid


@each_kind
def test_a_change_that_is_stated_happens(kind: str, built: Built) -> None:
    """Nothing is expected that the clean twin has already."""
    for pair in built.of_kind(kind):
        if pair.kind.outcomes or pair.kind.factors or pair.kind.rules:
            assert built.expected(pair) != built.twins[pair.clean], pair.donor.usubjid


def test_the_clean_twins_end_as_the_generator_knows(built: Built) -> None:
    """Nobody else's records touch them, and the donors are read as the warehouse reads them."""
    courses = generate(SEED, N_RANDOMISED, N_SCREEN_FAILURES).courses
    known = {
        (usubjid, GENERATED[endpoint]): (float(time + 1), event)
        for usubjid, endpoint, time, event in table_of(courses)
        .filter(pl.col("endpoint").is_in(list(GENERATED)))
        .select("usubjid", "endpoint", "time", "event")
        .rows()
    }
    for pair in built.pairs:
        clean = built.twins[pair.clean]
        assert clean.dates["lstalvdt"] == pair.donor.last_alive, pair.clean
        for paramcd in GENERATED.values():
            outcome = clean.outcomes.get(paramcd)
            found = None if outcome is None else (outcome.aval, outcome.event_code)
            assert found == known.get((pair.donor.usubjid, paramcd)), pair.clean


def test_one_more_who_fails_screening_is_a_subject_and_no_more(built: Built) -> None:
    for pair in built.of_kind("screen_failure"):
        found = built.warehouse.execute(
            "select in_analysis_set, exclusion_reason, age, trtsdt from marts.subjects "
            "where usubjid = ?",
            [pair.screened],
        ).fetchall()
        age = int(pair.donor.demographics["AGE"])
        assert found == [(False, "Not randomised", age, None)]
        failure = built.twins[pair.screened]
        assert (failure.outcomes, failure.populations) == ({}, frozenset())
        assert failure.factors["age"].value == age


@pytest.mark.parametrize("kind", ["several_methods", "several_specimens"])
def test_who_leaves_for_several_sources_has_them_as_the_reason(kind: str, built: Built) -> None:
    for pair in built.of_kind(kind):
        reasons = built.warehouse.execute(
            "select exclusion_reason from marts.subjects where usubjid = ?", [pair.mutated]
        ).fetchall()
        assert "rule several_sources" in reasons[0][0]


def test_new_sequence_numbers_change_the_sources_alone(built: Built) -> None:
    def sources(table: str, key: str, usubjid: str) -> dict[str, int | None]:
        query = f"select {key}, srcseq from marts.{table} where usubjid = ?"
        return dict(built.warehouse.execute(query, [usubjid]).fetchall())

    for pair in built.of_kind("renumbered"):
        for table, key in (("time_to_event", "paramcd"), ("subject_factors", "factor")):
            clean = sources(table, key, pair.clean)
            assert sources(table, key, pair.mutated) == {
                name: None if number is None else new_number(number)
                for name, number in clean.items()
            }
            assert any(number is not None for number in clean.values())
