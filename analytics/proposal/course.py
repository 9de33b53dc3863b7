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
from analytics.proposal.terms import ProposedTerm, normal_of
from analytics.study.vocabularies import read_vocabularies

Outcome = Literal["remission", "progression", "recurrence", "survival"]
CLINICAL_EVENTS: Final = "CE"
_TEST: Final = "OVRLRESP"
# The criteria of tumours, in the order in which one is chosen of several that have every wording.
_OF_TUMOURS: Final = {
    "RECIST 1.1": r"RECIST",
    "iRECIST": r"IRECIST",
    "Lugano": r"LUGANO|CHESON|LYMPHOMA",
    "IMWG": r"IMWG|MYELOMA",
}
# Those of leukemias, and what RSCAT says of any of them; the working groups have judged both.
_OF_LEUKEMIAS: Final = {
    "ALL": r"\bALL\b|LYMPHOBLASTIC",
    "AML ELN": r"\bAML\b|\bMDS\b|\bELN\b|\bCML\b|LEUKA?EMIA|MYELODYS|\bIWG\b",
}
_WORDS_OF_LEUKEMIAS: Final = frozenset({"CRI", "CRH", "MLFS"})
_RANDOMISED: Final = "RANDOMI[SZ](ED|ATION)"
_NEW_THERAPY: Final = (
    "(SUBSEQUENT|NEW|POST|FURTHER|NEXT|FOLLOW).*"
    "(CANCER|NEOPLAS|TUMO|CHEMO|LEUK|LYMPHOMA|MYELOMA|THERAP)"
)
_NO_THERAPY: Final = "SUPPORT|CONCOM|PROPHYLA|MEDICATION|PAIN|PRIOR"
_RECURRENCE: Final = (
    "RECUR|RELAPS|METASTA|NEW PRIMARY|SECOND PRIMARY|SECONDARY PRIMARY|CONTRALATERAL"
)
_NO_RECURRENCE: Final = r"SUSPECT|POSSIBL|RULE|UNCONFIRMED|\bNOT?\b|\bNON\b"
# Of those who are randomised after their first dose, so many belong to a trial of maintenance.
_LATE_SHARE: Final = 0.1


@dataclass(frozen=True)
class Choice:
    """A variable and those of its values that name what is looked for."""

    variable: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Source:
    """What counts of a trial's readings that have several values of a variable, and the others."""

    trial_id: str
    variable: str
    value: str
    others: tuple[str, ...]


@dataclass(frozen=True)
class Course:
    """What is proposed to be followed; `randomised` None: not every trial has a randomisation.

    `arms` are the values of ARM and ARMCD, as wordings, of those randomised.
    """

    outcome: Outcome
    vocabularies: tuple[str, ...]
    randomised: Choice | None
    arms: frozenset[str]
    new_therapy: Choice | None
    recurrence: Choice | None
    sources: tuple[Source, ...]
    has_transplants: bool

    @property
    def origin(self) -> str:
        """The fact from which survival is counted."""
        return "first_dose" if self.randomised is None else "randomisation"


def read_course(connection: duckdb.DuckDBPyConnection, terms: Sequence[ProposedTerm]) -> Course:
    """The course that the tables of raw tell; `terms` are those proposed of their wordings."""
    recurrence = _recurrence(connection)
    of_responses = [
        term
        for term in terms
        if (term.domain, term.testcd) == ("RS", _TEST) and term.category in ("response", "relapse")
    ]
    categories = _categories(connection)
    outcome = _outcome(of_responses, categories, recurrence)
    randomised = _randomised(connection)
    if outcome == "remission" and _is_randomised_late(connection):
        randomised = None
    return Course(
        outcome,
        _vocabularies(of_responses, categories, outcome),
        randomised,
        _arms(connection) if randomised is not None else frozenset(),
        _new_therapy(connection) if outcome == "progression" else None,
        recurrence if outcome == "recurrence" else None,
        tuple(_sources(connection)),
        any(term.category == "transplant" and term.in_force for term in terms),
    )


def _outcome(
    terms: Sequence[ProposedTerm], categories: Sequence[str], recurrence: Choice | None
) -> Outcome:
    """A criterion that RSCAT names, or words that only one has, tells a tumour from a leukemia."""
    wordings = _wordings(terms)
    if not wordings:
        return "survival" if recurrence is None else "recurrence"
    known = [term for term in terms if term.in_force]
    if _named(_OF_LEUKEMIAS, categories) or wordings & _WORDS_OF_LEUKEMIAS:
        return "remission"
    is_of_tumours = bool(_named(_OF_TUMOURS, categories) or wordings & _own_words())
    tells_remissions = any(
        term.value == "hypocellular" or term.category == "relapse" for term in known
    )
    return "remission" if tells_remissions and not is_of_tumours else "progression"


def _wordings(terms: Sequence[ProposedTerm]) -> set[str]:
    return {str(term.wording).upper() for term in terms}


def _words(criteria: AbstractSet[str]) -> dict[str, set[str]]:
    """The wordings of each of these criteria, in capitals."""
    return {
        name: {str(term.wording).upper() for term in vocabulary.terms}
        for name, vocabulary in read_vocabularies().items()
        if name in criteria
    }


def _own_words() -> set[str]:
    """Wordings of the criteria of tumours that no criterion of leukemias has."""
    tumours, leukemias = _words(_OF_TUMOURS.keys()), _words(_OF_LEUKEMIAS.keys())
    return set().union(*tumours.values()) - set().union(*leukemias.values())


def _named(criteria: dict[str, str], categories: Sequence[str]) -> list[str]:
    """The criteria that RSCAT names."""
    return [
        name
        for name, pattern in criteria.items()
        if any(re.search(pattern, category) for category in categories)
    ]


def _vocabularies(
    terms: Sequence[ProposedTerm], categories: Sequence[str], outcome: Outcome
) -> tuple[str, ...]:
    """The criteria whose terms are needed: none for a leukemia whose words are known without."""
    wordings = _wordings(terms)
    if outcome == "remission":
        unknown = {str(term.wording).upper() for term in terms if not term.in_force}
        named = _named(_OF_LEUKEMIAS, categories)
        known = _words(_OF_LEUKEMIAS.keys())
        for name in (*named, *reversed(_OF_LEUKEMIAS)):
            if unknown & known[name]:
                return (name,)
        return ()
    return _of_tumours(wordings, _named(_OF_TUMOURS, categories))


def _of_tumours(wordings: AbstractSet[str], named: Sequence[str]) -> tuple[str, ...]:
    """The criterion that RSCAT names or that has every wording, else those that have most."""
    known = _words(_OF_TUMOURS.keys())
    left = wordings & set().union(*known.values())
    for name in (*reversed(named), *_OF_TUMOURS):
        if left and left <= known[name]:
            return (name,)
    chosen: list[str] = []
    while left:
        best = max(_OF_TUMOURS, key=lambda name: len(left & known[name]))
        chosen.append(best)
        left -= known[best]
    return tuple(name for name in _OF_TUMOURS if name in chosen)


def _categories(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The values of RSCAT of overall responses, in capitals."""
    rows = connection.execute(
        "select distinct upper(trim(rscat)) as category from raw.sdtm_rs "
        "where upper(trim(rstestcd)) = ? and trim(rscat) <> '' order by category",
        [_TEST],
    ).fetchall()
    return [str(category) for (category,) in rows]


def _randomised(connection: duckdb.DuckDBPyConnection) -> Choice | None:
    """DSDECOD of the randomisation, where every trial has one."""
    trials = connection.execute(
        "select count(*) filter (where trial_id not in (select src_trial from raw.sdtm_ds "
        f"where regexp_full_match(upper(trim(dsdecod)), '{_RANDOMISED}'))) from raw.study_trial"
    ).fetchall()
    if trials[0][0]:
        return None
    values = [
        value for value in _values(connection, "DS", "DSDECOD") if re.fullmatch(_RANDOMISED, value)
    ]
    return Choice("DSDECOD", tuple(values))


_SUBJECTS_RANDOMISED: Final = f"""
select upper(trim(usubjid)) as usubjid, min(left(trim(dsstdtc), 10)) as day
from raw.sdtm_ds where regexp_full_match(upper(trim(dsdecod)), '{_RANDOMISED}') group by all
"""


def _is_randomised_late(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether many are randomised after their first dose, as to a maintenance in remission."""
    rows = connection.execute(
        f"with randomised as ({_SUBJECTS_RANDOMISED}), doses as (select upper(trim(usubjid)) as "
        "usubjid, min(left(trim(exstdtc), 10)) as day from raw.sdtm_ex where trim(exstdtc) <> '' "
        "group by all) select count(*), count(*) filter (where randomised.day > doses.day) "
        "from randomised inner join doses using (usubjid)"
    ).fetchall()
    n_subjects, n_late = rows[0]
    return bool(n_late > _LATE_SHARE * n_subjects)


def _arms(connection: duckdb.DuckDBPyConnection) -> frozenset[str]:
    rows = connection.execute(
        f"with randomised as ({_SUBJECTS_RANDOMISED}) select distinct "
        f"unnest([{normal_of('arm')}, {normal_of('armcd')}]) from raw.sdtm_dm "
        "where upper(trim(usubjid)) in (select usubjid from randomised)"
    ).fetchall()
    return frozenset(str(arm) for (arm,) in rows if arm)


def _values(connection: duckdb.DuckDBPyConnection, domain: str, variable: str) -> list[str]:
    """The values of a variable as wordings are compared; none where it is not there."""
    if variable not in columns_of(connection, domain):
        return []
    rows = connection.execute(
        f"select distinct {normal_of(variable)} as value "
        f"from {table_of(domain)} where trim({variable}) <> '' order by value"
    ).fetchall()
    return [str(value) for (value,) in rows]


def _new_therapy(connection: duckdb.DuckDBPyConnection) -> Choice | None:
    """The categories of medications that are anti-cancer therapies after the trial's own."""
    for variable in ("CMCAT", "CMSCAT"):
        values = [
            value
            for value in _values(connection, "CM", variable)
            if re.search(_NEW_THERAPY, value) and not re.search(_NO_THERAPY, value)
        ]
        if values:
            return Choice(variable, tuple(values))
    return None


def _recurrence(connection: duckdb.DuckDBPyConnection) -> Choice | None:
    """The clinical events that are recurrences: by CEDECOD, or by CETERM where that has more."""
    columns = [
        name for name in ("CEDECOD", "CETERM") if name in columns_of(connection, CLINICAL_EVENTS)
    ]
    told = " or ".join(_says(name, _RECURRENCE) for name in columns)
    doubted = " or ".join(_says(name, _NO_RECURRENCE) for name in columns)
    best, most = None, 0
    for name in columns:
        rows = connection.execute(
            f"select {normal_of(name)} as value, count(*) from {table_of(CLINICAL_EVENTS)} "
            f"where ({told}) and not ({doubted}) and trim({name}) <> '' group by all order by value"
        ).fetchall()
        n_records = sum(n for _, n in rows)
        if n_records > most:
            best, most = Choice(name, tuple(str(value) for value, _ in rows)), n_records
    return best


def _says(column: str, pattern: str) -> str:
    return f"regexp_matches(upper(coalesce({column}, '')), '{pattern}')"


def _sources(connection: duckdb.DuckDBPyConnection) -> list[Source]:
    """Which readings of the responses count: one criterion, one evaluator, the accepted reading."""
    found: list[Source] = []
    trials = connection.execute("select trial_id from raw.study_trial order by display_order")
    for (trial,) in trials.fetchall():
        kept = f"src_trial = $trial and upper(trim(rstestcd)) = '{_TEST}'"
        kept += " and trim(coalesce(rsstresc, '') || coalesce(rsorres, '')) <> ''"
        for variable, last in (("RSCAT", "IRECIST"), ("RSEVAL", "^$")):
            value = f"coalesce(upper(trim({variable.lower()})), '')"
            rows = connection.execute(
                f"with readings as (select {value} as value, usubjid from raw.sdtm_rs "
                f"where {kept}), sources as (select value, count(distinct usubjid) as n "
                "from readings group by all) select value from sources order by "
                f"value = '', regexp_matches(value, '{last}'), n desc, "
                "value <> 'INVESTIGATOR', value",
                {"trial": trial},
            ).fetchall()
            values = [str(row[0]) for row in rows]
            if len(values) > 1:
                found.append(Source(trial, variable, values[0], tuple(values[1:])))
                chosen = values[0].replace("'", "''")
                kept += f" and {value} = '{chosen}'"
        flagged = connection.execute(
            "with readings as (select usubjid, left(trim(rsdtc), 10) as day, count(*) as n, "
            "bool_or(upper(trim(rsacptfl)) = 'Y') as is_flagged from raw.sdtm_rs "
            f"where {kept} group by all) "
            "select coalesce(bool_or(n > 1), false) and coalesce(bool_or(is_flagged), false) "
            "from readings",
            {"trial": trial},
        ).fetchall()
        if flagged[0][0]:
            found.append(Source(trial, "RSACPTFL", "Y", ()))
    return found
