"""What a define.xml (2.0 or 2.1) says of variables: labels, types and code lists.

It is read by expat, which opens nothing else; a document type with entities of its own, by which
a small file can grow without end, is not gone through.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from xml.parsers import expat

from analytics.ingest.errors import shown
from analytics.ingest.source_file import Variable

# The largest submissions describe some thousand variables in a few megabytes.
MOST_DEFINE_BYTES: Final = 64 << 20
_SEPARATOR: Final = " "


class _RefusedError(Exception):
    """The file is not a usable define.xml; the message says why."""


@dataclass(frozen=True)
class Definition:
    """Variables of datasets, and the meaning of the codes of a variable, by dataset and name."""

    variables: dict[tuple[str, str], Variable] = field(default_factory=dict)
    codes: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)

    def described(self, dataset: str, variable: Variable) -> Variable:
        """The variable with what its file does not say of it."""
        said = self.variables.get((dataset.upper(), variable.name.upper()))
        if said is None:
            return variable
        return Variable(
            variable.name,
            variable.label or said.label,
            variable.type or said.type,
            variable.format or said.format,
        )


def definition_of(files: Iterable[tuple[str, Path]]) -> tuple[Definition, dict[str, str]]:
    """What the files say together, the first of a dataset winning; why a file cannot be used."""
    together, broken = Definition(), {}
    for name, path in files:
        try:
            said = _read(path)
        except _RefusedError as error:
            broken[name] = f"is not used for labels: {error}"
            continue
        together = Definition(
            {**said.variables, **together.variables}, {**said.codes, **together.codes}
        )
    return together, broken


def _read(path: Path) -> Definition:
    try:
        if path.stat().st_size > MOST_DEFINE_BYTES:
            raise _RefusedError(f"it is larger than {MOST_DEFINE_BYTES >> 20} MB")
        content = path.read_bytes()
    except OSError as error:
        raise _RefusedError(f"it cannot be opened ({error.strerror})") from None
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=_SEPARATOR)
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.EntityDeclHandler = _refuse_entities
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise _RefusedError(f"it is not well-formed XML ({shown(str(error))})") from None
    except (ValueError, LookupError) as error:
        raise _RefusedError(f"its encoding is not known ({shown(str(error))})") from None
    if not reader.datasets:
        raise _RefusedError("it describes no dataset")
    return reader.definition()


def _refuse_entities(*_: object) -> None:
    raise _RefusedError("it declares entities, which a define.xml does not need")


@dataclass
class _Item:
    """An ItemDef: a variable under an id of the file."""

    name: str
    type: str | None
    format: str | None
    label: str = ""
    code_list: str | None = None


@dataclass
class _Reader:
    """Gathers the elements of ODM as they come; references are followed at the end."""

    datasets: dict[str, list[str]] = field(default_factory=dict)
    items: dict[str, _Item] = field(default_factory=dict)
    code_lists: dict[str, dict[str, str]] = field(default_factory=dict)
    _open: list[str] = field(default_factory=list)
    _refs: list[str] = field(default_factory=list)
    _item: _Item | None = None
    _codes: dict[str, str] = field(default_factory=dict)
    _code: str | None = None

    def start(self, element: str, attributes: dict[str, str]) -> None:
        """Take an element that begins."""
        tag = element.rsplit(_SEPARATOR, 1)[-1]
        self._open.append(tag)
        if tag == "ItemGroupDef":
            self._refs = self.datasets.setdefault(attributes.get("Name", "").upper(), [])
        elif tag == "ItemRef" and "ItemGroupDef" in self._open:
            self._refs.append(attributes.get("ItemOID", ""))
        elif tag == "ItemDef":
            self._item = _Item(
                attributes.get("Name", ""),
                attributes.get("DataType"),
                _attribute(attributes, "DisplayFormat"),
            )
            self.items[attributes.get("OID", "")] = self._item
        elif tag == "CodeListRef" and self._item is not None:
            self._item.code_list = attributes.get("CodeListOID")
        elif tag == "CodeList":
            self._codes = self.code_lists.setdefault(attributes.get("OID", ""), {})
        elif tag in ("CodeListItem", "EnumeratedItem"):
            self._code = attributes.get("CodedValue", "")
            self._codes[self._code] = ""

    def text(self, text: str) -> None:
        """Take a piece of the label of a variable or of the meaning of a code."""
        if self._open[-1:] != ["TranslatedText"]:
            return
        if self._open[-3:-1] == ["ItemDef", "Description"] and self._item is not None:
            self._item.label += text
        elif "Decode" in self._open and self._code is not None:
            self._codes[self._code] += text

    def end(self, element: str) -> None:
        """Leave an element."""
        tag = self._open.pop()
        if tag == "ItemDef":
            self._item = None
        elif tag in ("CodeListItem", "EnumeratedItem"):
            self._code = None

    def definition(self) -> Definition:
        """Variables and codes under their datasets; a code without a meaning means itself."""
        held = [
            ((dataset, self.items[oid].name.upper()), self.items[oid])
            for dataset, oids in self.datasets.items()
            for oid in oids
            if oid in self.items
        ]
        return Definition(
            {
                key: Variable(item.name, _tidy(item.label), item.type, item.format)
                for key, item in held
            },
            {
                key: {
                    code: _tidy(meaning) or code
                    for code, meaning in self.code_lists[item.code_list].items()
                }
                for key, item in held
                if item.code_list in self.code_lists
            },
        )


def _attribute(attributes: dict[str, str], name: str) -> str | None:
    """An attribute of the define namespace, whose name has the namespace before it."""
    return next((value for key, value in attributes.items() if key.endswith(name)), None)


def _tidy(text: str) -> str | None:
    return " ".join(text.split()) or None
