"""What the bytes of a text file are, seen before they are parsed, and in which line they fail."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

# A record is not longer than this, in bytes.
BLOCK: Final = 1 << 24


@dataclass(frozen=True)
class Content:
    """What decides how a text file is gone through."""

    has_quotes: bool
    has_nul: bool


def content_of(path: Path) -> Content:
    """One pass over the bytes."""
    has_quotes = has_nul = False
    for block in _blocks(path):
        has_quotes = has_quotes or b'"' in block
        has_nul = has_nul or b"\0" in block
    return Content(has_quotes, has_nul)


def is_utf8_beyond_ascii(path: Path) -> bool:
    """Whether the file is UTF-8 and not mere ASCII: text of another encoding hardly ever is."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_ascii = True
    try:
        for block in _blocks(path):
            is_ascii = is_ascii and block.isascii()
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return not is_ascii


def line_of_strange_byte(path: Path, encoding: str) -> int:
    """The line, from 1, of the first byte that `encoding` cannot read."""
    decoder = codecs.getincrementaldecoder(encoding)()
    lines = _Lines()
    try:
        for block in _blocks(path):
            lines.add(decoder.decode(block))
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        lines.add(error.object[: error.start].decode(encoding))
    return lines.current


def line_of_nul(path: Path) -> int:
    """The line, from 1, of the first NUL byte."""
    lines = _Lines()
    for block in _blocks(path):
        text, nul, _ = block.decode("latin-1").partition("\0")
        lines.add(text)
        if nul:
            break
    return lines.current


class _Lines:
    """Counts lines over pieces of text; LF, CRLF and CR end a line."""

    def __init__(self) -> None:
        self.current = 1
        self._after_cr = False

    def add(self, text: str) -> None:
        ends = len(re.findall(r"\r\n|\r|\n", text))
        self.current += ends - (self._after_cr and text.startswith("\n"))
        self._after_cr = text.endswith("\r") if text else self._after_cr


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as content:
        yield from iter(lambda: content.read(BLOCK), b"")
