"""factors.csv and factor_levels.csv for the variables that DM holds."""

import csv
import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Final

import duckdb

from analytics.proposal.terms import normal_of
from analytics.study.codes import LONGEST, free_level

_STANDARD: Final = Path(__file__).with_name("standard_levels.csv")
# In the order of display; of the two that name an arm the first that is filled.
_VARIABLES: Final = {
    "trial": ("Trial", ("STUDYID",)),
    "sex": ("Sex", ("SEX",)),
    "race": ("Race", ("RACE",)),
    "ethnic": ("Ethnicity", ("ETHNIC",)),
    "arm": ("Treatment arm", ("ARM", "ARMCD")),
    "country": ("Country", ("COUNTRY",)),
}
_SEXES: Final = ("M", "F", "U")
# Qualifiers of DM that are strata of the randomisation by their name (STRPDL1, STRATA1).
STRATUM: Final = re.compile(r"STR[A-Z0-9]+")
_MOST_STRATA: Final = 12

Cells = list[str]
Codes = Mapping[tuple[str, str], Mapping[str, str]]


def proposed_factors(
    connection: duckdb.DuckDBPyConnection,
    codes: Codes,
    *,
    with_transplant: bool = True,
    arms: Collection[str] = (),
) -> tuple[list[Cells], list[Cells]]:
    """Rows of factors.csv and of factor_levels.csv; `codes` says what codes of DM mean.

    Age and sex are always there, and so is the transplant for the skeleton's plan, which asks for
    it. With `arms`, the arms of those randomised, any other value of ARM is none.
    """
    factors = [_age()]
    levels: list[Cells] = []
    for name, (label, variables) in _VARIABLES.items():
        for variable in variables:
            rows = _levels(name, variable, _wordings(connection, variable), codes)
            _spell(rows, _spellings(connection, variable))
            if name == "arm" and arms:
                rows = _of_those_randomised(rows, arms)
            if any(row[1] for row in rows):
                factors.append(_factor(name, label, variable, len(factors) + 1))
                levels += rows
                break
    for name, variable, label in _strata(connection):
        rows = _levels(name, variable, _qualifiers(connection, variable), codes)
        if 1 < len({row[1] for row in rows if row[1]}) <= _MOST_STRATA:
            source = ["baseline", "categorical", "variable", "SUPP", variable, "DM", *[""] * 7]
            about = "As recorded at randomisation."
            factors.append([name, label, *source, str(len(factors) + 1), about])
            levels += rows
    if with_transplant:
        factors.append(_transplant(len(factors) + 1))
        levels += [["hsct", level, label, order, *[""] * 5] for level, label, order in _YES_AND_NO]
    return factors, levels


def _spellings(connection: duckdb.DuckDBPyConnection, variable: str) -> dict[str, str]:
    """How most records spell a value that has small letters."""
    rows = connection.execute(
        f"select {normal_of(variable)} as wording, "
        f"mode(regexp_replace(trim({variable}), '\\s+', ' ', 'g')) as spelling "
        f"from raw.sdtm_dm where trim({variable}) <> '' group by all"
    ).fetchall()
    return {wording: spelling for wording, spelling in rows if spelling != spelling.upper()}


def _spell(rows: Sequence[Cells], spellings: Mapping[str, str]) -> None:
    """Labels as the records spell them, where they were made of the capitals of a wording."""
    for row in rows:
        if row[1] and row[2].upper() == row[4] and row[4] in spellings:
            row[2] = spellings[row[4]]


def _of_those_randomised(rows: Sequence[Cells], arms: Collection[str]) -> list[Cells]:
    """The levels of an arm: what only others have, such as screen failures, is no arm."""
    levels = dict.fromkeys(row[1] for row in rows if row[4] in arms and row[1])
    orders = {level: str(order) for order, level in enumerate(levels, 1)}
    known = [[*row[:3], orders[row[1]], *row[4:]] for row in rows if row[1] in orders]
    none = [row for row in rows if row[1] not in orders]
    last = str(len(orders) + 1)
    return [*known, *([row[0], "", "Not assigned", last, *row[4:]] for row in none)]


_YES_AND_NO: Final = (("yes", "Yes", "1"), ("no", "No", "2"))


def _age() -> Cells:
    source = ["baseline", "continuous", "variable", "DM", "AGE", "", "", "", "years", *[""] * 4]
    return ["age", "Age", *source, "1", ""]


def _factor(name: str, label: str, variable: str, order: int) -> Cells:
    source = ["baseline", "categorical", "variable", "DM", variable, *[""] * 8]
    return [name, label, *source, str(order), ""]


def _transplant(order: int) -> Cells:
    source = ["post_baseline", "categorical", "fact", *[""] * 8, "hsct", ""]
    about = "First allogeneic transplant after the first dose."
    return ["hsct", "Transplant", *source, str(order), about]


def _wordings(connection: duckdb.DuckDBPyConnection, variable: str) -> list[str]:
    """The values of a variable of DM, as wordings are compared; with one trial there is no
    factor."""
    rows = connection.execute(
        f"select distinct {normal_of(variable)} as wording "
        f"from raw.sdtm_dm where trim({variable}) <> '' order by wording"
    ).fetchall()
    found = [str(wording) for (wording,) in rows]
    if variable == "SEX":
        return list(dict.fromkeys((*_SEXES, *found)))
    return [] if variable == "STUDYID" and len(found) < 2 else found


def _strata(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str]]:
    """Name, qualifier and label of each stratum of the randomisation that SUPPDM holds."""
    rows = connection.execute(
        "select upper(trim(qnam)) as variable, min(nullif(trim(qlabel), '')) as label "
        "from raw.sdtm_supp where upper(trim(rdomain)) = 'DM' and trim(qval) <> '' "
        "group by all order by variable"
    ).fetchall()
    return [
        (str(variable).lower(), str(variable), str(label or variable))
        for variable, label in rows
        if STRATUM.fullmatch(str(variable))
    ]


def _qualifiers(connection: duckdb.DuckDBPyConnection, variable: str) -> list[str]:
    """The values of a qualifier of DM, as wordings are compared."""
    rows = connection.execute(
        f"select distinct {normal_of('qval')} as wording "
        "from raw.sdtm_supp where upper(trim(rdomain)) = 'DM' and upper(trim(qnam)) = ? "
        "and trim(qval) <> '' order by wording",
        [variable],
    ).fetchall()
    return [str(wording) for (wording,) in rows]


def _levels(factor: str, variable: str, wordings: Sequence[str], codes: Codes) -> list[Cells]:
    """A row for each wording; wordings of one level share its order, unknown ones come last."""
    standard = _standard_levels()
    meanings = codes.get(("DM", variable), {})
    told = {" ".join(code.upper().split()): meaning for code, meaning in meanings.items()}
    found: list[tuple[str, str, str]] = []
    for number, wording in enumerate(wordings, start=1):
        level, label = standard.get((variable, wording)) or (
            _own_code(factor, number, wording, {level for _, level, _ in found}),
            _own_label(wording, told),
        )
        found.append((wording, level, label))
    found.sort(key=lambda one: not one[1])
    orders = {level: order for order, level in enumerate(dict.fromkeys(row[1] for row in found), 1)}
    labels = {level: label for _, level, label in reversed(found)}
    return [
        [factor, level, labels[level], str(orders[level]), wording, *[""] * 4]
        for wording, level, _ in found
    ]


def _own_code(factor: str, number: int, wording: str, taken: Collection[str]) -> str:
    """The words of the wording; two wordings that differ in their signs alone stay apart."""
    code = free_level(factor, wording)
    if not code or len(code) > LONGEST:
        return f"level_{number}"
    return f"{code}_{number}" if code in taken else code


def _own_label(wording: str, told: Mapping[str, str]) -> str:
    meaning = told.get(wording, wording)
    return _shown(wording) if meaning == wording else meaning


def _shown(wording: str) -> str:
    """Words in capitals as a label; a short one is a code and stays."""
    return wording if len(wording) <= 3 or re.search(r"\d", wording) else wording.capitalize()


def _standard_levels() -> dict[tuple[str, str], tuple[str, str]]:
    with _STANDARD.open(encoding="utf-8", newline="") as file:
        return {
            (row["variable"], row["wording"]): (row["level"], row["label"])
            for row in csv.DictReader(file)
        }
