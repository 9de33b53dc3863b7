"""How a CSV file is written: its encoding, and the delimiter that its header line shows."""

import codecs
import csv
import io
from typing import Final, TextIO

from analytics.ingest.errors import IngestError
from analytics.ingest.source_file import SourceFile, Variable
from analytics.ingest.text_bytes import (
    BLOCK,
    is_utf8_beyond_ascii,
    line_of_nul,
    line_of_strange_byte,
)
from analytics.study.trial_files import DELIMITERS, UTF8

_UTF16_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def csv_variables(file: SourceFile) -> list[Variable]:
    """The names of the first line; CSV says no more.

    Errors: a file that is empty, is not text in its encoding, or shows two delimiters.
    """
    header = _first_line(file)
    reader = csv.reader(io.StringIO(header, newline=""), delimiter=delimiter(file), strict=True)
    csv.field_size_limit(BLOCK)
    try:
        return [Variable(name) for name in next(reader)]
    except csv.Error as error:
        raise IngestError(f"{file.name} line 1 is not valid CSV ({error}); fix it.") from None


def delimiter(file: SourceFile) -> str:
    """The declared delimiter, or the one between the names of the header, which hold none."""
    if file.delimiter is not None:
        return file.delimiter
    header = _first_line(file)
    found = [name for name, mark in DELIMITERS.items() if mark in header]
    if len(found) > 1:
        raise IngestError(
            f"{file.name}: the header contains more than one delimiter ({' and '.join(found)}); "
            "remove one, or name delimiter for its trial in study.toml."
        )
    return DELIMITERS[found[0]] if found else ","


def encoding(file: SourceFile) -> str:
    """The declared encoding, UTF-8 where the study declares none."""
    return file.encoding or UTF8


def opened(file: SourceFile) -> TextIO:
    """The file as text, without a byte order mark, line ends as they stand in it."""
    name = "utf-8-sig" if encoding(file) == UTF8 else encoding(file)
    return file.path.open(encoding=name, newline="")


def check_declared_encoding(file: SourceFile) -> None:
    """Refuse UTF-8 text that is declared to be something else: it would be garbled in silence."""
    if encoding(file) != UTF8 and is_utf8_beyond_ascii(file.path):
        raise IngestError(
            f"{file.name} is UTF-8 text, but study.toml says {file.encoding}; correct it, or give "
            'this file its own encoding = "utf-8" under [[trials.files]].'
        )


def not_text(file: SourceFile) -> IngestError:
    """The sentence for bytes that the encoding does not know."""
    line = line_of_strange_byte(file.path, encoding(file))
    if file.encoding is None:
        return IngestError(
            f"{file.name} line {line} is not UTF-8 text; save it as UTF-8, or set "
            'encoding = "latin-1" (or windows-1252) for its trial in study.toml.'
        )
    return IngestError(
        f"{file.name} line {line} is not {file.encoding} text, as study.toml says it is; correct "
        "encoding or the file."
    )


def damaged(file: SourceFile) -> IngestError:
    """The sentence for a text file with NUL bytes."""
    return IngestError(
        f"{file.name} line {line_of_nul(file.path)} contains a NUL byte, so it is damaged or "
        "not text; save it again as UTF-8 text."
    )


def _first_line(file: SourceFile) -> str:
    try:
        with file.path.open("rb") as content:
            start = content.read(len(codecs.BOM_UTF8))
        if start.startswith(_UTF16_MARKS):
            raise IngestError(f"{file.name} is UTF-16 text; save it as UTF-8.")
        if start == codecs.BOM_UTF8:
            check_declared_encoding(file)
        with opened(file) as lines:
            line = lines.readline(BLOCK)
    except OSError as error:
        raise IngestError(
            f"{file.name} cannot be opened ({error.strerror}); check its permissions."
        ) from None
    except UnicodeDecodeError:
        raise not_text(file) from None
    if "\0" in line:
        raise damaged(file)
    if not line.strip():
        raise IngestError(f"{file.name} has no header; its first line must name the variables.")
    return line
