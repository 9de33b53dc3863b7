"""The reference of the public names, from their docstrings, in Markdown.

`python -m analytics.api.reference docs/python.md` writes it into the page, below its heading.
"""

import inspect
import sys
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from analytics import api

HEADING: Final = "## Reference"
_NOTE: Final = (
    "Written by `make docs` from the docstrings of `analytics.api`; do not edit. All names are "
    "those of `plateau`."
)
CHAPTERS: Final = {
    "Releases": ("open", "Release", "SurvivalFunctions", "Answer", "Figure", "Table"),
    "Data of your own": (
        "km",
        "median",
        "rate",
        "restricted_mean",
        "follow_up",
        "log_rank",
        "cox",
        "incidence",
        "incidence_rate",
        "gray",
        "fine_gray",
        "Model",
        "Conventions",
        "PlateauError",
    ),
}


def with_reference(page: str) -> str:
    """The page with its reference written anew; what stands above the heading is kept."""
    above, _, _ = page.partition(f"{HEADING}\n")
    return above + "".join(f"{line}\n" for line in reference_lines())


def reference_lines() -> Iterator[str]:
    """A heading per public name, with its signature and its docstring."""
    yield HEADING
    yield ""
    yield _NOTE
    for chapter, names in CHAPTERS.items():
        yield ""
        yield f"### {chapter}"
        for name in names:
            yield from _entry(name, getattr(api, name))


def _entry(name: str, found: Any) -> Iterator[str]:
    yield ""
    yield f"#### `{name}`"
    yield ""
    if not inspect.isclass(found):
        yield f"`{name}{_arguments(found)}`"
        yield ""
    yield from _paragraphs(found)
    members = list(_members(found)) if inspect.isclass(found) else []
    if members:
        yield ""
        yield "| | |"
        yield "|---|---|"
        yield from (f"| `{label}` | {words} |" for label, words in members)


def _members(found: type) -> Iterator[tuple[str, str]]:
    """The properties and methods that are public and the class's own."""
    for name, member in vars(found).items():
        if name.startswith("_"):
            continue
        if isinstance(member, property | cached_property):
            yield name, " ".join(_paragraphs(member)).replace("|", "\\|")
        elif inspect.isfunction(member):
            words = " ".join(line for line in _paragraphs(member) if line)
            yield f"{name}{_arguments(member)}", words.replace("|", "\\|")


def _arguments(found: Any) -> str:
    """The arguments with their defaults, without types."""
    parts = []
    for parameter in inspect.signature(found).parameters.values():
        if parameter.name == "self":
            continue
        if parameter.kind == parameter.KEYWORD_ONLY and "*" not in parts:
            parts.append("*")
        if parameter.kind == parameter.VAR_KEYWORD:
            parts.append(f"**{parameter.name}")
        elif parameter.default is parameter.empty:
            parts.append(parameter.name)
        else:
            parts.append(f"{parameter.name}={_default(parameter.default)}")
    return f"({', '.join(parts)})"


def _default(value: Any) -> str:
    return "Conventions()" if isinstance(value, api.Conventions) else repr(value)


def _paragraphs(found: Any) -> Iterator[str]:
    """The paragraphs of a docstring, each on one line, with a blank line between."""
    text = inspect.getdoc(found) or ""
    for i, paragraph in enumerate(text.split("\n\n")):
        if i:
            yield ""
        yield " ".join(paragraph.split())


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_text(with_reference(path.read_text(encoding="utf-8")), encoding="utf-8")
