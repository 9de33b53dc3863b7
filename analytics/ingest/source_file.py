"""One data file of a trial, and a variable that it holds."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class SourceFile:
    """Where a file is and how the study declares that it is written.

    `name` is its path as every message tells it: relative to the study folder, and inside an
    archive `trial.zip/dm.csv`. `encoding` and `delimiter` are None where the study is silent.
    """

    trial_id: str
    domain: str
    path: Path
    name: str
    encoding: str | None = None
    delimiter: str | None = None

    @property
    def suffix(self) -> str:
        """The ending that tells the format, in lower case."""
        return self.path.suffix.lower()

    @property
    def is_part(self) -> bool:
        """Whether it is named for a part of its domain (lbch.xpt), not the domain itself."""
        return self.path.stem.upper() != self.domain


@dataclass(frozen=True)
class Variable:
    """A variable as its file describes it; None is what the format or the file does not say."""

    name: str
    label: str | None = None
    type: str | None = None
    format: str | None = None
