"""A study of twins: for each kind of mutation a few subjects, each as it is and changed.

The study has the definitions of the randomised trial and a plan of one analysis. What the
warehouse tells of a twin is read in a shape of its own, so that two twins can be compared.
"""

import csv
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from random import Random
from typing import Any, Final, NamedTuple

import duckdb
from donors import FILES, Donor, Record, Records
from mutation_kinds import KINDS, Ended, Kind
from project import NSCLC
from record_mutations import Named

PAIRS: Final = 2
"""Of each kind so many subjects."""
POLICIES: Final = """
[policies]
several_sources = "exclude_subject"
"""
PLAN: Final = """\
[[analyses]]
id = "os"
label = "Overall survival"
method = "kaplan_meier"
endpoint = "OS"
population = "itt"
"""


@dataclass(frozen=True)
class Pair:
    """A subject of the trial as it is and changed, under ids of their own."""

    kind: Kind
    donor: Donor
    clean: str
    mutated: str
    named: Named

    @property
    def screened(self) -> str:
        """The id of the subject that a mutation may add."""
        return f"{self.mutated}-SCREENED"


class Outcome(NamedTuple):
    """A row of marts.time_to_event without its source."""

    startdt: date
    adt: date
    adtf: str | None
    aval: float
    event_code: int


class Factor(NamedTuple):
    """A row of marts.subject_factors without its source."""

    level: str | None
    value: float | None
    adt: date | None


@dataclass(frozen=True)
class Twin:
    """What the marts tell of a subject; `rules` ends each endpoint."""

    outcomes: dict[str, Outcome]
    rules: dict[str, str]
    factors: dict[str, Factor]
    populations: frozenset[str]
    dates: dict[str, date | str | None]
    findings: Counter[tuple[str, str]]


def drawn(donors: Iterable[Donor], seed: int) -> Iterator[tuple[Pair, Records]]:
    """For each kind its pairs, each with the records of the changed twin.

    A kind draws by the seed and its own name, so that another kind draws nobody else for it.
    """
    everybody = tuple(donors)
    for kind in KINDS:
        random = Random(f"{seed} {kind.name}")
        suited = [donor for donor in everybody if kind.suits(donor)]
        for number, donor in enumerate(random.sample(suited, PAIRS), start=1):
            name = f"{kind.name.upper()}-{number}"
            records = donor.copied()
            named = kind.mutate(records, donor, random)
            yield Pair(kind, donor, f"{name}-CLEAN", f"{name}-MUTATED", named), records


def write_study(donors: Iterable[Donor], seed: int, study: Path) -> tuple[Pair, ...]:
    """Write the study of twins into a new folder."""
    files = study / "sdtm"
    files.mkdir(parents=True)
    for file in NSCLC.iterdir():
        if file.suffix in (".csv", ".toml") and file.name != "external.toml":
            shutil.copy(file, study)
    with (study / "study.toml").open("a", encoding="utf-8") as toml:
        toml.write(POLICIES)
    (study / "plan.toml").write_text(PLAN, encoding="utf-8")
    pairs: list[Pair] = []
    trial: Records = {file: [] for file in FILES}
    for pair, mutated in drawn(donors, seed):
        pairs.append(pair)
        for usubjid, records in ((pair.clean, pair.donor.records), (pair.mutated, mutated)):
            for file, of_file in records.items():
                trial[file] += (_with_id(record, usubjid, pair) for record in of_file)
    for file, records in trial.items():
        _write(files / f"{file}.csv", records)
    return tuple(pairs)


def _with_id(record: Record, usubjid: str, pair: Pair) -> Record:
    is_added = record.get("USUBJID") == "SCREENED"
    return {**record, "USUBJID": pair.screened if is_added else usubjid}


def _write(path: Path, records: list[Record]) -> None:
    variables = list(dict.fromkeys(variable for record in records for variable in record))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, variables, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(records)


def read_twins(connection: duckdb.DuckDBPyConnection) -> dict[str, Twin]:
    """Every subject of a warehouse."""
    outcomes: defaultdict[str, dict[str, Outcome]] = defaultdict(dict)
    rules: defaultdict[str, dict[str, str]] = defaultdict(dict)
    factors: defaultdict[str, dict[str, Factor]] = defaultdict(dict)
    populations: defaultdict[str, set[str]] = defaultdict(set)
    findings: defaultdict[str, Counter[tuple[str, str]]] = defaultdict(Counter)

    def rows(query: str) -> list[tuple[Any, ...]]:
        return connection.execute(query).fetchall()

    for usubjid, paramcd, rule, *outcome in rows(
        "select usubjid, paramcd, rule_id, startdt, adt, adtf, aval, event_code "
        "from marts.time_to_event"
    ):
        outcomes[usubjid][paramcd] = Outcome(*outcome)
        rules[usubjid][paramcd] = rule
    for usubjid, factor, *value in rows(
        "select usubjid, factor, level, value, adt from marts.subject_factors"
    ):
        factors[usubjid][factor] = Factor(*value)
    for usubjid, population in rows("select usubjid, population from marts.population_members"):
        populations[usubjid].add(population)
    for usubjid, *finding in rows("select usubjid, rule, variable from quality.rejected_record"):
        findings[usubjid][tuple(finding)] += 1
    return {
        usubjid: Twin(
            outcomes[usubjid],
            rules[usubjid],
            factors[usubjid],
            frozenset(populations[usubjid]),
            dict(zip(("trtsdt", "trtedt", "dthdt", "dthdtf", "lstalvdt"), dates, strict=True)),
            findings[usubjid],
        )
        for usubjid, *dates in rows(
            "select usubjid, trtsdt, trtedt, dthdt, dthdtf, lstalvdt from marts.subjects"
        )
    }


def expected(clean: Twin, pair: Pair) -> Twin:
    """What the changed twin has to be: the clean one, with what follows from the mutation."""
    kind, named = pair.kind, pair.named
    outcomes = {
        paramcd: _ended(outcome, _end_of(kind, paramcd, clean.rules[paramcd]), named)
        for paramcd, outcome in clean.outcomes.items()
    }
    factors = {
        factor: Factor(_of(named, new.level), _of(named, new.value), _of(named, new.day))
        for factor, new in kind.factors.items()
    }
    dates = {column: named[day] for column, day in kind.dates.items()}
    return replace(
        clean,
        outcomes={} if kind.is_excluded else outcomes,
        factors=clean.factors | factors,
        populations=frozenset() if kind.is_excluded else clean.populations,
        dates=clean.dates | dates,
        findings=clean.findings + Counter(kind.findings),
    )


def _end_of(kind: Kind, paramcd: str, rule: str) -> Ended:
    return kind.outcomes.get(paramcd) or kind.rules.get(rule) or Ended()


def _ended(clean: Outcome, end: Ended, named: Named) -> Outcome:
    """The outcome after a change; the day of the origin is day 1."""
    startdt = clean.startdt if end.start is None else named[end.start]
    adt = clean.adt if end.day is None else named[end.day]
    return Outcome(
        startdt,
        adt,
        clean.adtf if end.day is None else _of(named, end.flag),
        float((adt - startdt).days + 1),
        clean.event_code if end.event is None else end.event,
    )


def _of(named: Named, name: str | None) -> Any:
    return None if name is None else named[name]
