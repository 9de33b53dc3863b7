"""A study whose every text tries to be code wherever it comes out.

Each text of each file of the study (value of TOML, cell of CSV, text of a suite) is replaced, one
after the other, by itself between marks of every language that Plateau writes. What the study's own
checks refuse stays as it was; what they take is built, all of it in one study. Data of the trials
follow: a cell that stands in both is replaced in both.
"""

import csv
import io
import json
import tomllib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from analytics.errors import PlateauError
from analytics.study import load_study
from analytics.study.published import load_published
from analytics.study.wording import one_line
from analytics.text_table import printable
from expectations.suite import load_suites

TOKEN = r"z\d+q"
BEGINNINGS = "=+-@[*"
CODE = (
    "'\";--{{{{70001*90007}}}}{{% zz %}}${{70001*90007}}<script>{token}()</script>"
    "<img src=z onerror={token}()>"
    "]]>--></title></style>\\{token}{{}}&zz;%\r\n\x1b]0;z\x07$\\frac$ {{\\field}} #_~^"
)
SHORT = "'\"{{{{{token}}}}}<b onclick={token}>\\{token};--"
QUERIES = frozenset({"unexpected_rows_query"})
"""Keys of a suite whose values are SQL by their purpose."""

# what selects records of the data: replaced only where the data can be replaced as well
SELECTS = frozenset({"wording", "testcd", "category", "specimen", "evaluator", "unit", "value"})

Leaf = tuple[str, tuple[Any, ...]]


@dataclass
class Files:
    """The files of a study as trees, and its CSV data as tables."""

    folder: Path
    trees: dict[str, Any] = field(default_factory=dict)
    data: dict[Path, list[list[str]]] = field(default_factory=dict)
    has_other_data: bool = False

    def leaves(self) -> Iterator[tuple[Leaf, str]]:
        """Every text of every file, with its place."""
        for name, tree in self.trees.items():
            for path, text in texts_of(tree):
                yield (name, path), text

    def write(self) -> None:
        """Write every file anew."""
        for name, tree in self.trees.items():
            kind = name.rpartition(".")[2]
            (self.folder / name).write_text(WRITERS[kind](tree), encoding="utf-8", newline="")
        for path, rows in self.data.items():
            path.write_text(csv_text(rows), encoding="utf-8", newline="")

    def write_one(self, name: str) -> None:
        kind = name.rpartition(".")[2]
        text = WRITERS[kind](self.trees[name])
        (self.folder / name).write_text(text, encoding="utf-8", newline="")


def texts_of(tree: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], str]]:
    if isinstance(tree, str):
        if tree.strip():
            yield path, tree
    elif isinstance(tree, dict):
        for key, value in tree.items():
            if key not in QUERIES:
                yield from texts_of(value, (*path, key))
    elif isinstance(tree, list):
        for number, value in enumerate(tree):
            yield from texts_of(value, (*path, number))


def toml_value(value: Any) -> str:
    if isinstance(value, dict):
        inner = ", ".join(f"{json.dumps(key)} = {toml_value(item)}" for key, item in value.items())
        return f"{{ {inner} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(toml_value, value))}]"
    if isinstance(value, date):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def toml_text(tree: dict[str, Any]) -> str:
    """Tables of tables written out, as TOML's inline tables nest less deeply in some readers."""
    lines = []
    tables: list[tuple[str, dict[str, Any]]] = []
    for key, value in tree.items():
        if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
            tables += [(f"[[{json.dumps(key)}]]", item) for item in value]
        elif isinstance(value, dict):
            tables.append((f"[{json.dumps(key)}]", value))
        else:
            lines.append(f"{json.dumps(key)} = {toml_value(value)}")
    for head, table in tables:
        lines += ["", head]
        lines += [f"{json.dumps(key)} = {toml_value(value)}" for key, value in table.items()]
    return "\n".join(lines) + "\n"


def csv_text(rows: list[list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


WRITERS: dict[str, Callable[[Any], str]] = {
    "toml": toml_text,
    "csv": csv_text,
    "yml": lambda tree: yaml.safe_dump(tree, allow_unicode=True, sort_keys=False),
}


def read_csv(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.reader(file) if any(row)]
    return [row for row in rows if not row[0].startswith("#")]


def read_files(folder: Path) -> Files:
    """The files of the study in the folder; its data are where study.toml says."""
    files = Files(folder)
    study = tomllib.loads((folder / "study.toml").read_text(encoding="utf-8"))
    trials = [folder / trial["path"] for trial in study["trials"]]
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        if any(path.is_relative_to(trial) for trial in trials):
            if path.suffix == ".csv":
                files.data[path] = read_csv(path)
            elif path.suffix in (".xpt", ".parquet", ".json", ".sas7bdat"):
                files.has_other_data = True
            continue
        name = path.relative_to(folder).as_posix()
        if path.suffix == ".toml":
            files.trees[name] = tomllib.loads(path.read_text(encoding="utf-8"))
        elif path.suffix == ".csv":
            files.trees[name] = read_csv(path)
        elif path.suffix == ".yml":
            files.trees[name] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return files


def put(tree: Any, path: tuple[Any, ...], text: str) -> None:
    for step in path[:-1]:
        tree = tree[step]
    tree[path[-1]] = text


def refusal(folder: Path) -> str | None:
    """What the study's own checks refuse it with. Anything but one sentence is a failure."""
    try:
        load_study(folder)
        load_suites((folder / "expectations",))
        load_published(folder)
    except PlateauError as error:
        told = printable(str(error))  # as every command tells it
        assert len(told.splitlines()) == 1, told
        return told
    return None


@dataclass(frozen=True)
class Walk:
    """What became of the texts: the token of each that was replaced, and the others."""

    tokens: dict[str, str]
    refused: tuple[str, ...]


def make_hostile(folder: Path, left: frozenset[str] = frozenset()) -> Walk:
    """Replace the texts of the study in the folder, except those that are `left`."""
    files = read_files(folder)
    files.write()
    assert (said := refusal(folder)) is None, said
    places: dict[str, list[Leaf]] = {}
    for leaf, text in files.leaves():
        if not (leaf[0].endswith(".csv") and leaf[1][0] == 0):  # the head of a table
            places.setdefault(text, []).append(leaf)
    tokens: dict[str, str] = {}
    refused: list[str] = []
    for number, (text, leaves) in enumerate(places.items()):
        if text in left or (files.has_other_data and selects(files, leaves)):
            continue
        token = f"z{number}q"
        beginning = BEGINNINGS[number % len(BEGINNINGS)]
        for new in (
            f"{beginning}{token} {text}{CODE.format(token=token)}",
            f"{text}{SHORT.format(token=token)}",
        ):
            if replaced(files, text, leaves, new):
                tokens[token] = text
                break
        else:
            refused.append(text)
    files.write()
    return Walk(tokens, tuple(refused))


def selects(files: Files, leaves: list[Leaf]) -> bool:
    """Whether one of the places is a cell that must agree with the data."""
    for name, path in leaves:
        if name.endswith(".csv") and files.trees[name][0][path[1]] in SELECTS:
            return True
    return False


def replaced(files: Files, text: str, leaves: list[Leaf], new: str) -> bool:
    """Replace the text everywhere, or else in the places that can be replaced alone."""
    if tried(files, leaves, text, new):
        for rows in files.data.values():
            for row in rows[1:]:
                row[:] = [one_line(new) if cell == text else cell for cell in row]
        return True
    if len(leaves) == 1 or any(text in row for rows in files.data.values() for row in rows[1:]):
        return False
    alone = [tried(files, [leaf], text, new) for leaf in leaves]
    return any(alone)


def tried(files: Files, leaves: list[Leaf], text: str, new: str) -> bool:
    """Replace the text in the places if the study is taken then."""
    names = {name for name, _ in leaves}
    for value in (new, text):
        for name, path in leaves:
            put(files.trees[name], path, value)
        for name in names:
            files.write_one(name)
        if value == new and refusal(files.folder) is None:
            return True
    with suppress(PlateauError):
        load_study(files.folder)
    return False
