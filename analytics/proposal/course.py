"""The course of a trial as its files tell it: how subjects enter, what is followed, who reads it.

Trials of leukemia follow a remission and the relapse after it, trials of other tumours the
progression, adjuvant trials a recurrence; where the files tell none of these, survival is followed.
"""

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final, Literal

import duckdb

from analytics.ingest.domain_tables import columns_of, table_of
from analytics.proposal.terms import ProposedTerm
from analytics.study.vocabularies import read_vocabularies

Outcome = Literal["remission", "progression", "recurrence", "survival"]
CLINICAL_EVENTS: Final = "CE"
_TEST: Final = "OVRLRESP"
_OF_LEUKEMIA: Final = frozenset({"CRh", "hypocellular"})
# In the order in which one is chosen of several that have every wording.
_CRITERIA: Final = {
    "RECIST 1.1": r"RECIST",
    "iRECIST": r"IRECIST",
    "Lugano": r"LUGANO|CHESON",
    "IMWG": r"IMWG|MYELOMA",
}
_RANDOMISED: Final = "RANDOMI[SZ](ED|ATION)"
_NEW_THERAPY: Final = (
    "SUBSEQUENT|NEW ANTI|POST[- ]?(STUDY|TREATMENT|DISCONTINUATION|PROGRESSION)|FURTHER ANTI"
)
_RECURRENCE: Final = "RECUR|RELAPS|METASTA|NEW PRIMARY|SECOND PRIMARY|SECONDARY PRIMARY"


@dataclass(frozen=True)
class Choice:
    """A variable and those of its values that name what is looked for."""

    variable: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Reader:
    """The evaluator of most subjects of a trial with several, and the others; "": none is named."""

    trial_id: str
    evaluator: str
    others: tuple[str, ...]


@dataclass(frozen=True)
class Course:
    """What is proposed to be followed; `randomised` None: not every trial has a randomisation."""

    outcome: Outcome
    vocabularies: tuple[str, ...]
    randomised: Choice | None
    new_therapy: Choice | None
    recurrence: Choice | None
    readers: tuple[Reader, ...]
    has_transplants: bool

    @property
    def origin(self) -> str:
        """The fact from which survival is counted."""
        return "first_dose" if self.randomised is None else "randomisation"


def read_course(connection: duckdb.DuckDBPyConnection, terms: Sequence[ProposedTerm]) -> Course:
    """The course that the tables of raw tell; `terms` are those proposed of their wordings."""
    recurrence = _choice(connection, CLINICAL_EVENTS, ("CEDECOD", "CETERM"), _RECURRENCE)
    wordings = {
        str(term.wording).upper()
        for term in terms
        if (term.domain, term.testcd) == ("RS", _TEST) and term.category in ("response", "relapse")
    }
    named = _named_criteria(connection)
    outcome = _outcome(terms, wordings, named, recurrence)
    return Course(
        outcome,
        _vocabularies(wordings, named) if outcome == "progression" else (),
        _randomised(connection),
        _choice(connection, "CM", ("CMCAT", "CMSCAT"), _NEW_THERAPY),
        recurrence if outcome == "recurrence" else None,
        tuple(_readers(connection)),
        any(term.category == "transplant" and term.in_force for term in terms),
    )


def _outcome(
    terms: Sequence[ProposedTerm],
    wordings: AbstractSet[str],
    named: Sequence[str],
    recurrence: Choice | None,
) -> Outcome:
    """A criterion that RSCAT names, or words that only one has, tells a tumour from a leukemia."""
    known = [term for term in terms if term.in_force]
    responses = {term.value for term in known if term.category == "response"}
    if named and wordings:
        return "progression"
    if responses & _OF_LEUKEMIA:
        return "remission"
    if wordings & _own_words():
        return "progression"
    if any(term.category == "relapse" for term in known):
        return "remission"
    if responses:
        return "progression"
    return "survival" if recurrence is None else "recurrence"


def _words() -> dict[str, set[str]]:
    """The wordings of each criterion of tumours, in capitals."""
    vocabularies = read_vocabularies()
    return {
        name: {str(term.wording).upper() for term in vocabularies[name].terms} for name in _CRITERIA
    }


def _own_words() -> set[str]:
    """Wordings of those criteria that no criterion of leukemias has."""
    of_leukemias = {
        str(term.wording).upper()
        for name, vocabulary in read_vocabularies().items()
        if name not in _CRITERIA
        for term in vocabulary.terms
    }
    return set().union(*_words().values()) - of_leukemias


def _vocabularies(wordings: AbstractSet[str], named: Sequence[str]) -> tuple[str, ...]:
    """The criterion that RSCAT names or that has every wording, else those that have most."""
    known = _words()
    left = wordings & set().union(*known.values())
    for name in (*reversed(named), *_CRITERIA):
        if left and left <= known[name]:
            return (name,)
    chosen: list[str] = []
    while left:
        best = max(_CRITERIA, key=lambda name: len(left & known[name]))
        chosen.append(best)
        left -= known[best]
    return tuple(name for name in _CRITERIA if name in chosen)


def _named_criteria(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The criteria that RSCAT names."""
    rows = connection.execute(
        "select distinct upper(trim(rscat)) as category from raw.sdtm_rs "
        "where upper(trim(rstestcd)) = ? and rscat is not null",
        [_TEST],
    ).fetchall()
    return [
        name
        for name, pattern in _CRITERIA.items()
        if any(re.search(pattern, str(category)) for (category,) in rows)
    ]


def _randomised(connection: duckdb.DuckDBPyConnection) -> Choice | None:
    """DSDECOD of the randomisation, where every trial has one."""
    trials = connection.execute(
        "select count(*) filter (where trial_id not in (select src_trial from raw.sdtm_ds "
        f"where regexp_full_match(upper(trim(dsdecod)), '{_RANDOMISED}'))) from raw.study_trial"
    ).fetchall()
    if trials[0][0]:
        return None
    return _choice(connection, "DS", ("DSDECOD",), f"^{_RANDOMISED}$")


def _choice(
    connection: duckdb.DuckDBPyConnection, domain: str, variables: Sequence[str], pattern: str
) -> Choice | None:
    """The first of the variables with values of the pattern, and those values."""
    columns = columns_of(connection, domain)
    for variable in variables:
        if variable not in columns:
            continue
        rows = connection.execute(
            f"select distinct regexp_replace(upper(trim({variable})), '\\s+', ' ', 'g') as value "
            f"from {table_of(domain)} where regexp_matches(upper({variable}), ?) order by value",
            [pattern],
        ).fetchall()
        if rows:
            return Choice(variable, tuple(str(value) for (value,) in rows))
    return None


def _readers(connection: duckdb.DuckDBPyConnection) -> list[Reader]:
    """Who has read the responses of most subjects, in each trial in which several have."""
    rows = connection.execute(
        "with readings as (select src_trial, usubjid, coalesce(upper(trim(rseval)), '') as "
        "evaluator from raw.sdtm_rs where upper(trim(rstestcd)) = ? "
        "and trim(coalesce(rsstresc, '') || coalesce(rsorres, '')) <> ''), "
        "readers as (select src_trial, evaluator, count(distinct usubjid) as n from readings "
        "group by all) select src_trial, evaluator from readers "
        "order by src_trial, evaluator = '', n desc, evaluator <> 'INVESTIGATOR', evaluator",
        [_TEST],
    ).fetchall()
    by_trial: dict[str, list[str]] = {}
    for trial, evaluator in rows:
        by_trial.setdefault(trial, []).append(evaluator)
    return [
        Reader(trial, names[0], tuple(names[1:]))
        for trial, names in by_trial.items()
        if len(names) > 1
    ]
