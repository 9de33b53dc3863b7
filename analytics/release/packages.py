"""The packages that are installed, and where they differ from the lock file.

Only what Plateau needs counts, directly or through another package: tools that lie beside it change
no number. An environment that is as locked differs in nothing, so that its releases have the same
id on every machine.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.message import Message
from email.parser import HeaderParser
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Final

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from analytics.project_files import LOCK

PROJECT: Final = "plateau"
_LOCKED: Final = re.compile(r"^([\w.-]+)==([^\s;\\]+)(?:[ \t]*;[ \t]*([^\\\n]+))?", re.MULTILINE)
_LONGEST_NAME: Final = 100
_OPEN_SOURCE: Final = "License :: OSI Approved :: "


@dataclass(frozen=True)
class Package:
    """An installed package: name in its normal form, version, licence, the packages it needs."""

    name: str
    version: str
    licence: str | None
    needs: tuple[str, ...]


@dataclass(frozen=True)
class _Description:
    """What the METADATA of an installed package says."""

    version: str
    licence: str | None
    requirements: tuple[str, ...]


def installed_packages(extra: str = "") -> dict[str, Package | None]:
    """Plateau and every package that it needs, by name; None for one that is not installed.

    With those of an optional part, where `extra` names one.
    """
    described: dict[str, _Description | None] = {}
    needs: dict[str, set[str]] = {}
    to_read = [(PROJECT, part) for part in dict.fromkeys(("", extra))]
    read: set[tuple[str, str]] = set()
    while to_read:
        name, extra = to_read.pop()
        if (name, extra) in read:
            continue
        read.add((name, extra))
        if name not in described:
            described[name] = _description(name)
        found = described[name]
        for requirement in _needed(found.requirements if found else (), extra):
            other = canonicalize_name(requirement.name)
            needs.setdefault(name, set()).add(other)
            to_read += [(other, ""), *((other, asked) for asked in requirement.extras)]
    return {
        name: Package(name, found.version, found.licence, tuple(sorted(needs.get(name, ()))))
        if found
        else None
        for name, found in sorted(described.items())
    }


def deviations(lock: Path = LOCK) -> dict[str, str]:
    """What is installed otherwise than the lock file says, by package; empty where nothing is."""
    locked = locked_versions(lock.read_text(encoding="utf-8"))
    return {
        name: f"{found.version if found else 'not installed'} (locked: {locked.get(name, 'none')})"
        for name, found in installed_packages().items()
        if name != PROJECT and (found is None or found.version != locked.get(name))
    }


def locked_versions(lock: str) -> Mapping[str, str]:
    """The versions that a lock file names for this machine and Python, by package."""
    return {
        canonicalize_name(name): version
        for name, version, marker in _LOCKED.findall(lock)
        if not marker.strip() or Marker(marker.strip()).evaluate()
    }


def _description(name: str) -> _Description | None:
    try:
        installed = distribution(name)
    except PackageNotFoundError:
        return None
    text = installed.read_text("METADATA") or installed.read_text("PKG-INFO") or ""
    fields = HeaderParser().parsestr(text, headersonly=True)
    return _Description(
        str(fields["Version"]), _licence(fields), tuple(fields.get_all("Requires-Dist") or ())
    )


def _licence(fields: Message) -> str | None:
    """The licence in short: some packages put its whole text where its name belongs."""
    for name in ("License-Expression", "License"):
        text = str(fields[name] or "").strip()
        if text and "\n" not in text and len(text) <= _LONGEST_NAME:
            return text
    lines = [str(line) for line in fields.get_all("Classifier") or ()]
    names = [line.removeprefix(_OPEN_SOURCE) for line in lines if line.startswith(_OPEN_SOURCE)]
    return " or ".join(names) or None


def _needed(requirements: tuple[str, ...], extra: str) -> Iterator[Requirement]:
    """The requirements that hold here, for a package that is asked for with this extra."""
    for line in requirements:
        if ("extra" in line.partition(";")[2]) != bool(extra):
            continue  # most lines belong to extras that nobody asks for
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
            yield requirement
