"""adam_names.csv, which a study may leave out: what its factors and populations are called in ADaM.

The same lines serve the export and a trial of kind adam. `factor` names a variable of ADSL, or of
ADTTEINT where the factor changes after baseline; `number` the number of a factor whose levels are
ranges; `population` a flag of ADSL; `fact` the variable of ADTTE that holds the day the fact is
known on. In an export, what has no line gets a name made of its own (`analytics.export.names`).
"""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Final

from analytics.study.codes import is_variable
from analytics.study.errors import StudyError
from analytics.study.rows import Row, read_rows
from analytics.study.specification import AdamKind, AdamName

FILE: Final = "adam_names.csv"
LABEL_LENGTH: Final = 40  # of a variable in SAS transport files, version 5
_COLUMNS: Final = ("kind", "name", "variable", "label")


def read_adam_names(
    folder: Path,
    factors: Collection[str],
    populations: Collection[str],
    facts: Collection[str],
) -> tuple[AdamName, ...]:
    """The lines of adam_names.csv; none when the study has no such file.

    Raises StudyError for an unknown factor, population or fact, a variable that ADaM does not take
    (1 to 8 capitals, digits and underscores; of a population ending in FL), one that is given
    twice, and a label longer than a transport file holds.
    """
    if not (folder / FILE).exists():
        return ()
    known: Mapping[str, Collection[str]] = {
        "factor": factors,
        "number": factors,
        "population": populations,
        "fact": facts,
    }
    names: list[AdamName] = []
    for row in read_rows(folder / FILE, _COLUMNS):
        kind = row.choice("kind", AdamKind)
        name = row.one_of("name", known[kind], "factor" if kind == "number" else kind)
        found = AdamName.model_validate(
            {
                "kind": kind,
                "name": name,
                "variable": _variable(row, kind),
                "label": _label(row),
            }
        )
        for other in names:
            if (other.kind, other.name) == (kind, name) or other.variable == found.variable:
                raise StudyError(
                    f"{row.where}: {kind} '{name}' or variable {found.variable} is already on "
                    "an earlier line; keep one of them."
                )
        names.append(found)
    return tuple(names)


def _variable(row: Row, kind: str) -> str:
    variable = row.required("variable")
    if not is_variable(variable):
        raise StudyError(
            f"{row.where}: '{variable}' is not an ADaM variable name; use 1 to 8 capitals, "
            "digits or underscores, starting with a capital."
        )
    if kind == "population" and not variable.endswith("FL"):
        raise StudyError(
            f"{row.where}: '{variable}' is the flag of a population, so it must end in FL."
        )
    return variable


def _label(row: Row) -> str | None:
    label = row.text("label")
    if label is not None and len(label.encode()) > LABEL_LENGTH:
        raise StudyError(
            f"{row.where}: the label '{label}' has {len(label.encode())} bytes, but a SAS "
            f"transport file allows {LABEL_LENGTH}; shorten it."
        )
    return label
