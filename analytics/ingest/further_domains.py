"""The records of domains beyond the catalogue, in one table of common variables.

raw.sdtm_ae and the like hold such a file as it stands. raw.sdtm_other holds the variables that
every domain of a class has, under their names without the domain's two letters, so that one staging
model reads all of them.
"""

from typing import Final

import duckdb

from analytics.ingest.domain_tables import columns_of, table_of
from analytics.study.domains import FURTHER
from analytics.warehouse import literal, quoted

# variable of raw.sdtm_other -> the variables of a domain that give it, the first given one
_GIVEN_BY: Final[dict[str, tuple[str, ...]]] = {
    "SPEC": ("SPEC", "SCAT"),
    "EVAL": ("EVAL", "NAM"),
    "STDTEXT": ("STRESC", "DECOD"),
    "TEXT": ("ORRES", "TERM", "TRT"),
    "DTC": ("STDTC", "DTC"),
}
# what says which variable of the file a date or a text is
_NAMES_OF: Final = {"DATEVAR": "DTC", "STDVAR": "STDTEXT", "TEXTVAR": "TEXT"}
_GENERAL: Final = ("STUDYID", "DOMAIN", "USUBJID", "VISITNUM", "VISIT")
_SOURCE: Final = "src_trial, src_domain, src_file, src_row, src_content"


def load_further_domains(connection: duckdb.DuckDBPyConnection, domains: frozenset[str]) -> None:
    """Fill raw.sdtm_other, which is there, from the tables of these domains."""
    for domain in sorted(domains):
        held = columns_of(connection, domain)
        values = [_value(domain, variable.name, held) for variable in FURTHER.variables]
        names = ", ".join(quoted(variable.name.lower()) for variable in FURTHER.variables)
        connection.execute(
            f"insert into raw.sdtm_other ({_SOURCE}, {names}) "
            f"select {_SOURCE}, {', '.join(values)} from {table_of(domain)}"
        )


def _value(domain: str, variable: str, held: dict[str, str]) -> str:
    """The expression that gives a variable of raw.sdtm_other; NULL where no file has it."""
    if variable in _NAMES_OF:
        return literal(_name_of(domain, _GIVEN_BY[_NAMES_OF[variable]], held))
    own = [f"{domain}{name}" for name in _GIVEN_BY.get(variable, (variable,))]
    names = [variable] if variable in _GENERAL else own
    columns = [quoted(held[name]) for name in names if name in held]
    if variable == "DTC":
        columns = columns[:1]
    if not columns:
        return "null"
    given = [f"nullif(trim({column}), '')" for column in columns]
    return f"coalesce({', '.join(given)})"


def _name_of(domain: str, given_by: tuple[str, ...], held: dict[str, str]) -> str:
    """The variable that gives a date or a text, by its name in the file."""
    names = [f"{domain}{name}" for name in given_by]
    return next((name for name in names if name in held), names[-1])
