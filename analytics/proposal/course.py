"""The course of a trial as its files tell it: how subjects enter, what is followed, who reads it.

Trials of leukemia follow a remission and the relapse after it, trials of other tumours the
progression, adjuvant trials a recurrence; where the files tell none of these, survival is followed.
"""

import re
from collections.abc import Iterator, Sequence
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
# Chronic lymphocytic leukemia is followed as a lymphoma is, although IWCLL has a CRi.
_CHRONIC: Final = r"CLL\b|CHRONIC LYMPHOCYTIC"
_RANDOMISED: Final = "RANDOMI[SZ](ED|ATION)"
_LATER: Final = "SUBSEQUENT|NEW|POST|FURTHER|NEXT|FOLLOW"
_OF_CANCER: Final = "CANCER|NEOPLAS|TUMO|CHEMO|LEUK|LYMPHOMA|MYELOMA"
_THERAPY: Final = f"{_OF_CANCER}|THERAP"
_NO_THERAPY: Final = "SUPPORT|CONCOM|PROPHYLA|PAIN|PRIOR"
_THERAPY_DOMAINS: Final = ("CM", "PR")
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
class NewTherapy:
    """The records of a domain that are anti-cancer therapies after the trial's own.

    They fulfil every one of `choices`.
    """

    domain: str
    choices: tuple[Choice, ...]


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

    `arms` are the values of ARM and ARMCD, as wordings, of those randomised. `criteria` are several
    values of RSCAT of which each subject has one. `other_therapies` are the categories of therapies
    of cancer where none of them is taken for a new one.
    """

    outcome: Outcome
    vocabularies: tuple[str, ...]
    randomised: Choice | None
    arms: frozenset[str]
    new_therapies: tuple[NewTherapy, ...]
    other_therapies: tuple[str, ...]
    recurrence: Choice | None
    sources: tuple[Source, ...]
    criteria: tuple[str, ...]
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
    progresses = outcome == "progression"
    new_therapies = tuple(_new_therapies(connection)) if progresses else ()
    needs_therapies = progresses and not new_therapies
    sources = tuple(_sources(connection))
    is_one_criterion = any(source.variable == "RSCAT" for source in sources)
    return Course(
        outcome,
        _vocabularies(of_responses, categories, outcome),
        randomised,
        _arms(connection) if randomised is not None else frozenset(),
        new_therapies,
        tuple(_therapies_of_cancer(connection)) if needs_therapies else (),
        recurrence if outcome == "recurrence" else None,
        sources,
        tuple(categories) if len(categories) > 1 and not is_one_criterion else (),
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
    if any(re.search(_CHRONIC, category) for category in categories):
        return "progression"
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


def _new_therapies(connection: duckdb.DuckDBPyConnection) -> Iterator[NewTherapy]:
    """What tells new anti-cancer therapies, of each domain that has any."""
    for domain in _THERAPY_DOMAINS:
        choices = _new_therapy(connection, domain)
        if choices:
            yield NewTherapy(domain, choices)


def _new_therapy(connection: duckdb.DuckDBPyConnection, domain: str) -> tuple[Choice, ...]:
    """The category, the subcategory, or both together, that name a new anti-cancer therapy."""
    variables = (f"{domain}CAT", f"{domain}SCAT")
    for variable in variables:
        values = [value for value in _values(connection, domain, variable) if _is_new(value)]
        if values:
            return (Choice(variable, tuple(values)),)
    if not set(variables) <= set(columns_of(connection, domain)):
        return ()
    pairs = _pairs(connection, domain, variables)
    new = {pair for pair in pairs if _is_new(" ".join(pair))}
    chosen = [tuple(dict.fromkeys(pair[place] for pair in sorted(new))) for place in (0, 1)]
    others = {pair for pair in pairs if pair[0] in chosen[0] and pair[1] in chosen[1]} - new
    if not new or others:
        return ()
    return tuple(
        Choice(variable, values) for variable, values in zip(variables, chosen, strict=True)
    )


def _pairs(
    connection: duckdb.DuckDBPyConnection, domain: str, variables: tuple[str, str]
) -> set[tuple[str, str]]:
    """The values of two variables that stand in one record."""
    one, other = (normal_of(variable) for variable in variables)
    rows = connection.execute(
        f"select distinct {one}, {other} from {table_of(domain)} "
        f"where trim({variables[0]}) <> '' and trim({variables[1]}) <> ''"
    ).fetchall()
    return {(str(first), str(second)) for first, second in rows}


def _is_new(words: str) -> bool:
    """Whether a category is of therapies of cancer that follow the trial's own."""
    if re.search(_NO_THERAPY, words) or not re.search(_LATER, words):
        return False
    is_any_medication = "MEDICATION" in words and not re.search(_OF_CANCER, words)
    return bool(re.search(_THERAPY, words)) and not is_any_medication


def _therapies_of_cancer(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The categories of therapies of cancer that are not said to be prior ones."""
    found = [
        value
        for domain in _THERAPY_DOMAINS
        for variable in (f"{domain}CAT", f"{domain}SCAT")
        for value in _values(connection, domain, variable)
        if re.search(_OF_CANCER, value) and not re.search(_NO_THERAPY, value)
    ]
    return list(dict.fromkeys(found))


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


def _overlap(connection: duckdb.DuckDBPyConnection, value: str, kept: str, trial: str) -> bool:
    """Whether a subject has readings with several of the values."""
    rows = connection.execute(
        f"select usubjid from raw.sdtm_rs where {kept} group by usubjid "
        f"having count(distinct {value}) > 1 limit 1",
        {"trial": trial},
    ).fetchall()
    return bool(rows)


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
            # a trial of several tumours judges each subject by the criterion of its own
            if len(values) > 1 and (
                variable != "RSCAT" or _overlap(connection, value, kept, trial)
            ):
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
