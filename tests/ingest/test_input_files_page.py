"""docs/input-files.md says what the loader does."""

import re
from pathlib import Path

from analytics.ingest.archive import MOST_UNPACKED_BYTES
from analytics.ingest.formats import FORMATS
from analytics.study.trial_files import DELIMITERS, ENCODINGS

PAGE = (Path(__file__).parents[2] / "docs/input-files.md").read_text(encoding="utf-8")


def test_every_format_encoding_and_delimiter_is_named_and_no_other() -> None:
    rows = [line.split("|")[1] for line in PAGE.splitlines() if line.startswith("| `")]
    assert re.findall(r"`(\.\w+)`", "".join(rows)) == list(FORMATS)
    encodings, delimiters = re.findall(r"(?:Encodings|Delimiters): ([^.]*)\.", PAGE)
    assert encodings.split(", ") == list(ENCODINGS)
    assert delimiters.split(", ") == list(DELIMITERS)
    assert f"more than {MOST_UNPACKED_BYTES >> 30} GB unpacked" in PAGE
