"""How a trial's files are written, as study.toml declares it: encoding and delimiter.

A trial declares them for all its text files and, under [[trials.files]], for one of them:

    [[trials]]
    trial_id = "T1"
    path = "sdtm/T1.zip"
    encoding = "windows-1252"
    delimiter = "semicolon"

    [[trials.files]]
    name = "lb.csv"
    encoding = "utf-8"
"""

from typing import Final

from analytics.study.errors import StudyError
from analytics.study.keys import Table
from analytics.study.specification import FileFormat

UTF8: Final = "UTF-8"
DELIMITERS: Final = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
# as study.toml names them: the name that every reader of files knows them by
ENCODINGS: Final = {
    "utf-8": UTF8,
    "latin-1": "ISO-8859-1",
    "windows-1252": "CP1252",
    "iso-8859-15": "ISO-8859-15",
    "iso-8859-2": "ISO-8859-2",
    "windows-1250": "CP1250",
    "shift-jis": "SHIFT_JIS",
}


def read_file_format(table: Table) -> FileFormat:
    """The keys encoding and delimiter of a table; None where absent."""
    encoding, delimiter = table.text("encoding"), table.text_as_it_is("delimiter")
    return FileFormat(
        encoding=encoding and ENCODINGS[table.check(encoding.lower(), ENCODINGS, "encoding")],
        delimiter=delimiter and _delimiter(table, delimiter),
    )


def read_file_formats(table: Table) -> dict[str, FileFormat]:
    """[[trials.files]]: what single files declare, by name. Errors: a name given twice."""
    formats: dict[str, FileFormat] = {}
    for order, values in enumerate(table.tables("files"), start=1):
        entry = Table(f"{table.where} [[trials.files]] {order}", values)
        entry.allow(("name", "encoding", "delimiter"))
        name = entry.required("name")
        if name in formats:
            raise StudyError(f"{entry.where}: file '{name}' is named twice; keep one entry.")
        formats[name] = read_file_format(entry)
    return formats


def _delimiter(table: Table, value: str) -> str:
    """By name (semicolon) or as it is (";")."""
    if value in DELIMITERS.values():
        return value
    return DELIMITERS[table.check(value.lower(), DELIMITERS, "delimiter")]
