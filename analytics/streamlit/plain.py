"""Texts of a study where Streamlit takes Markdown."""

import re
from typing import Final

_PUNCTUATION: Final = re.compile(r"[!-/:-@\[-`{-~]")


def plain(text: object) -> str:
    """A text in Markdown that reads as it stands, whatever marks it holds."""
    return _PUNCTUATION.sub(r"\\\g<0>", str(text))
