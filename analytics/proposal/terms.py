"""terms.csv for the wordings that stand in the files: in force where the standard knows them.

`standard_terms.csv` holds the words of CDISC terminology and of common use, with * for any text;
of two that fit a wording the first counts.
"""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

import duckdb

from analytics.study.wording import slug

_STANDARD: Final = Path(__file__).with_name("standard_terms.csv")
_CATEGORIES: Final = {
    "RS": "response",
    "LB": "mrd",
    "PR": "transplant",
    "SS": "status",
    "DS": "disposition",
    "DD": "status",
    "SV": "contact_mode",
    "EX": "cycle",
}
RESPONSES: Final = (
    "CR",
    "CRh",
    "hypocellular",
    "PR",
    "SD",
    "non-CR/non-PD",
    "no_response",
    "progression",
    "not_evaluable",
)
"""The responses of the standard, best first: those of leukemias and of solid tumours."""
_CYCLE: Final = re.compile(r"C(?:YCLE)?[ _-]*0*([1-9][0-9]?)(?![0-9])")


@dataclass(frozen=True)
class Wording:
    """A result as it stands in the records of a test; None: any, as of a number."""

    trial_id: str
    domain: str
    testcd: str | None
    wording: str | None
    n_records: int


@dataclass(frozen=True)
class StandardTerm:
    """A meaning of the standard; `testcd` and `wording` are patterns, "" where there is none."""

    domain: str
    testcd: str
    wording: str
    category: str
    value: str
    note: str

    def means(self, found: Wording) -> bool:
        """Whether the wording has this meaning, if the test is one that has."""
        return self.domain == found.domain and fnmatchcase(found.wording or "", self.wording)

    def is_of(self, found: Wording) -> bool:
        """Whether the test is one that has this meaning."""
        return fnmatchcase(found.testcd or "", self.testcd)


@dataclass(frozen=True)
class ProposedTerm:
    """A row of terms.csv; not `in_force`: a remark, until somebody takes its # away."""

    trial_id: str
    domain: str
    testcd: str | None
    wording: str | None
    category: str
    value: str
    note: str
    in_force: bool

    @property
    def cells(self) -> list[str]:
        """The row as the file holds it."""
        mark = "" if self.in_force else "#"
        return [
            mark + self.trial_id,
            self.domain,
            self.testcd or "",
            self.wording or "",
            self.category,
            self.value,
            self.note,
        ]


def proposed_terms(connection: duckdb.DuckDBPyConnection) -> list[ProposedTerm]:
    """A row for every wording in raw that the categories of terms are made of, by trial."""
    standard = standard_terms()
    found = [Wording(*row) for row in connection.execute(_wordings()).fetchall()]
    visits = [Wording(*row) for row in connection.execute(_VISITS).fetchall()]
    return [*(_proposed(wording, standard) for wording in found), *_cycles(visits)]


def standard_terms() -> list[StandardTerm]:
    """The rows of standard_terms.csv, in its order."""
    with _STANDARD.open(encoding="utf-8", newline="") as file:
        return [StandardTerm(**row) for row in csv.DictReader(file)]


def _proposed(found: Wording, standard: Sequence[StandardTerm]) -> ProposedTerm:
    of_test = next((term for term in standard if term.means(found) and term.is_of(found)), None)
    term = of_test or next((term for term in standard if term.means(found)), None)
    return ProposedTerm(
        found.trial_id,
        found.domain,
        found.testcd,
        found.wording,
        term.category if term else _CATEGORIES[found.domain],
        term.value if term else _any_value(found),
        (term.note if term and term.note else f"records: {found.n_records}"),
        of_test is not None,
    )


def _any_value(found: Wording) -> str:
    """A disposition may have any value: its own words; other categories choose among theirs."""
    return slug(found.wording or "") if found.domain == "DS" else ""


def _cycles(visits: Sequence[Wording]) -> list[ProposedTerm]:
    """Cycles of the doses' visits; in force in a trial only where every dose has one."""
    numbers = {visit: _CYCLE.match(visit.wording or "") for visit in visits}
    trials = dict.fromkeys(visit.trial_id for visit in visits if numbers[visit])
    return [
        ProposedTerm(
            visit.trial_id,
            visit.domain,
            None,
            visit.wording,
            "cycle",
            number[1] if (number := numbers[visit]) else "",
            f"records: {visit.n_records}",
            all(numbers[other] for other in visits if other.trial_id == visit.trial_id),
        )
        for visit in visits
        if visit.trial_id in trials and visit.wording is not None
    ]


def normal_of(expression: str) -> str:
    """The SQL of a text as wordings are compared: in capitals, blanks single; null if empty."""
    return f"nullif(regexp_replace(upper(trim({expression})), '\\s+', ' ', 'g'), '')"


def _result(code: str) -> str:
    return f"coalesce({normal_of(f'{code}stresc')}, {normal_of(f'{code}orres')})"


def _one_domain(code: str, testcd: str, wording: str, condition: str) -> str:
    return (
        f"select src_trial, '{code}' as domain, {testcd} as testcd, {wording} as wording, "
        f"count(*) as n_records from raw.sdtm_{code.lower()} where {condition} group by all"
    )


def _wordings() -> str:
    """Distinct wordings with their numbers of records; a number has no wording of its own."""
    mrd = _result("lb")
    number = "coalesce(try_cast(lbstresn as double), try_cast(trim(lbstresc) as double))"
    quantified = f"case when {number} is null then {mrd} end"
    is_mrd = "(upper(lbtestcd) like '%MRD%' or lower(lbtest) like '%residual disease%')"
    response = _result("rs")
    queries = (
        _one_domain(
            "RS",
            normal_of("rstestcd"),
            response,
            f"{response} is not null "
            f"and (upper(rstestcd) like '%RESP%' or {response} like '%RELAPSE%')",
        ),
        _one_domain(
            "LB",
            normal_of("lbtestcd"),
            quantified,
            f"{is_mrd} and ({number} is not null or {mrd} is not null)",
        ),
        _one_domain(
            "PR",
            "null::varchar",
            normal_of("prtrt"),
            "regexp_matches(upper(prtrt), 'TRANSPLANT|\\bHS?CT\\b|\\bHSCT|\\bSCT\\b|\\bBMT\\b')",
        ),
        _one_domain("SS", normal_of("sstestcd"), _result("ss"), f"{_result('ss')} is not null"),
        _one_domain(
            "DS", "null::varchar", normal_of("dsdecod"), f"{normal_of('dsdecod')} is not null"
        ),
        _one_domain("DD", normal_of("ddtestcd"), "null::varchar", "true"),
        _one_domain(
            "SV", "null::varchar", normal_of("svcntmod"), f"{normal_of('svcntmod')} is not null"
        ),
    )
    order = ", ".join(f"'{code}'" for code in _CATEGORIES)
    return (
        "select found.* from ("
        + " union all ".join(queries)
        + ") as found inner join raw.study_trial as trials on found.src_trial = trials.trial_id "
        f"order by trials.display_order, list_position([{order}], domain), testcd, "
        "wording nulls first"
    )


_VISITS: Final = (
    _one_domain("EX", "null::varchar", normal_of("visit"), "true") + " order by src_trial, wording"
)
