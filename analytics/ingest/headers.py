"""The variables a file holds, checked before a row of it is read."""

import re
from collections import Counter
from typing import Final

from analytics.ingest.errors import IngestError, shown
from analytics.ingest.formats import FORMATS
from analytics.ingest.source_file import SourceFile, Variable
from analytics.study.domains import required_variables

SOURCE_COLUMNS: Final = ("src_trial", "src_domain", "src_file", "src_row")
# what tells two records apart, as one digest
CONTENT: Final = "src_content"
# The widest SDTM datasets have some hundred variables.
MOST_VARIABLES: Final = 2_000
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def variables(file: SourceFile) -> list[Variable]:
    """The file's variables as they stand in it, in order.

    Errors: no header, too many variables, a name that is not an SDTM name, one that occurs twice in
    any case, one that loading needs itself, STUDYID or USUBJID missing.
    """
    found = FORMATS[file.suffix].variables(file)
    _check_names(file, [variable.name for variable in found])
    return found


def _check_names(file: SourceFile, names: list[str]) -> None:
    if len(names) > MOST_VARIABLES:
        raise IngestError(
            f"{file.name} has {len(names)} variables, but a file may have at most "
            f"{MOST_VARIABLES}; check its delimiters and line ends."
        )
    counts = Counter(name.lower() for name in names)
    for position, name in enumerate(names, start=1):
        if not _NAME.fullmatch(name):
            raise IngestError(
                f"{file.name}: column {position} is named '{shown(name[:40])}', which is not a "
                "variable name; the first line must name the variables in letters, digits and "
                "underscores."
            )
        if counts[name.lower()] > 1:
            raise IngestError(f"{file.name}: variable {name.upper()} occurs twice; remove one.")
        if name.lower() in (*SOURCE_COLUMNS, CONTENT):
            raise IngestError(
                f"{file.name}: the name {name} is reserved for the origin of a record; rename it."
            )
    for key in required_variables(file.domain):
        if key.lower() not in counts:
            raise IngestError(
                f"{file.name} has no variable {key}, which every record needs; add it, or check "
                "that the first line names the variables."
            )
