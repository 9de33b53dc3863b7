"""Where a report's numbers come from: the release, its inputs, code, lock and parameters."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from analytics.report.elements import Column, Line, Table

_FIRST = "line"


@dataclass(frozen=True)
class Provenance:
    """The release a report belongs to; digests are SHA-256, `inputs` by file.

    `published` is the day of its publication, which a report made on demand tells. That within the
    release cannot know it.
    """

    release_id: str
    inputs: Mapping[str, str]
    code: str
    lock: str
    parameters: Mapping[str, Any]
    published: str | None = None

    @property
    def note(self) -> str:
        """The release, and the day of its publication, as a note names them."""
        return release_note(self.release_id, self.published)


def release_note(release_id: str, published: str | None) -> str:
    """A release, and the day of its publication where it is known, as a note names them."""
    return f"Release {release_id}{f', published {published}' if published else ''}."


def provenance_table(provenance: Provenance) -> Table:
    """The release and the digests of what it was made from."""
    facts = {
        "Release": provenance.release_id,
        "Input files": str(len(provenance.inputs)),
        "Code (SHA-256)": provenance.code,
        "Locked packages (SHA-256)": provenance.lock,
    }
    return Table(
        "provenance",
        "What this release was made from",
        [Column(_FIRST, "Fact", is_text=True), Column("value", "Value", is_text=True)],
        [Line({_FIRST: name, "value": value}) for name, value in facts.items()],
        notes=[
            "The release id is a digest of its inputs, code, locked packages and parameters: "
            "the same inputs give the same id and the same results."
        ],
    )


def parameters_table(provenance: Provenance) -> Table:
    """The parameters of the study."""
    lines = [
        Line({_FIRST: name, "value": _text(value)}) for name, value in provenance.parameters.items()
    ]
    columns = [Column(_FIRST, "Parameter", is_text=True), Column("value", "Value", is_text=True)]
    return Table("parameters", "Parameters of the study", columns, lines, is_folded=True)


def inputs_table(provenance: Provenance) -> Table:
    """The digest of every input file."""
    lines = [
        Line({_FIRST: name, "sha256": digest}) for name, digest in sorted(provenance.inputs.items())
    ]
    columns = [Column(_FIRST, "File", is_text=True), Column("sha256", "SHA-256", is_text=True)]
    return Table("inputs", "Input files", columns, lines, is_folded=True)


def _text(value: object) -> str:
    if value is None:
        return "none"
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
