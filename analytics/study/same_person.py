"""same_person.csv: subjects of different trials, or of one, who are the same person."""

from pathlib import Path
from typing import Final

from analytics.study.errors import StudyError
from analytics.study.rows import read_rows
from analytics.study.specification import SamePerson

FILE: Final = "same_person.csv"
_COLUMNS: Final = ("person", "usubjid")


def read_same_persons(folder: Path) -> tuple[SamePerson, ...]:
    """same_person.csv, one row per subject; without the file every subject is a different person.

    Errors: a subject given twice, a person with one subject only.
    """
    if not (folder / FILE).exists():
        return ()
    rows = read_rows(folder / FILE, _COLUMNS)
    found: list[SamePerson] = []
    for row in rows:
        person, usubjid = row.required("person"), row.required("usubjid")
        if usubjid in {other.usubjid for other in found}:
            raise StudyError(f"{row.where}: subject '{usubjid}' is given twice; keep one line.")
        found.append(SamePerson(person=person, usubjid=usubjid))
    persons = [one.person for one in found]
    for row, person in zip(rows, persons, strict=True):
        if persons.count(person) == 1:
            raise StudyError(
                f"{row.where}: person '{person}' has only one subject; name every subject of the "
                "person, or remove the line."
            )
    return tuple(found)
