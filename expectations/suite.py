"""Suites as data: one YAML file per table, read and checked without Great Expectations.

A file says which `gate` it belongs to, which `schema` and `table` it reads, and its
`expectations`: id, type, kwargs, severity, a description of what should hold in a clinical
sentence and, where its failure is shown to readers, a finding: the sentence for that case.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from typing import Any, Final, Literal, cast, get_args

import yaml

from analytics.chapters import place_of
from analytics.errors import PlateauError

Gate = Literal["marts", "results"]
Severity = Literal["critical", "warning", "info"]

SUITES: Final = Path(__file__).parent
UNEXPECTED_ROWS: Final = "unexpected_rows_expectation"
UNEXPECTED_ROWS_QUERY: Final = "unexpected_rows_query"
_SUITE_KEYS: Final = ("gate", "schema", "table", "expectations")
_EXPECTATION_KEYS: Final = ("id", "type", "kwargs", "severity", "description")
_OPTIONAL_KEYS: Final = ("finding",)
_TYPE: Final = re.compile(r"expect_[a-z0-9_]+|unexpected_rows_expectation")
# embeddings, overrides and isolates of the bidirectional algorithm: a text can look like another
_TURNING: Final = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_ONE_OR_SEVERAL: Final = re.compile(r"\[([^\[\]|]*)\|([^\[\]|]*)\]")


class _AliasError(Exception):
    """An alias, and the line it stands on."""


class _PlainLoader(yaml.SafeLoader):
    """YAML without aliases: a few lines of them can stand for billions."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """The next node, which must be written out."""
        if self.check_event(yaml.AliasEvent):
            raise _AliasError(self.peek_event().start_mark.line + 1)  # type: ignore[no-untyped-call]
        return super().compose_node(parent, index)


class SuiteError(PlateauError):
    """A suite file cannot be used; the message names the file, the key and the next step."""

    def __init__(self, message: str) -> None:
        """A sentence on one line, whatever the values hold that it quotes."""
        super().__init__(_CONTROL.sub(" ", message))


@dataclass(frozen=True)
class Expectation:
    """One check of one table: `description` is what should hold, `finding` the failure in words.

    In a finding `{n}` is the number of unexpected rows, and where the words depend on it they
    stand as `[one|several]`: "{n} [subject has|subjects have] no recorded sex." A check with at
    most one unexpected row needs neither.
    """

    check_id: str
    type: str
    kwargs: dict[str, Any]
    severity: Severity
    description: str
    finding: str | None = None

    def found(self, n_unexpected: int | None) -> str:
        """The sentence that reports the failure; None: the check does not count rows."""
        if self.finding is not None and "{n}" not in self.finding:
            return self.finding
        if n_unexpected is None:
            return f'The check "{self.description}" does not hold.'
        finding = self.finding or (
            f'{{n}} [row|rows] [does|do] not meet the check "{self.description}"'
        )
        chosen = _ONE_OR_SEVERAL.sub(r"\1" if n_unexpected == 1 else r"\2", finding)
        return chosen.replace("{n}", str(n_unexpected))


@dataclass(frozen=True)
class Suite:
    """The checks of one table at one gate."""

    name: str
    gate: Gate
    schema: str
    table: str
    expectations: tuple[Expectation, ...]


def load_suites(folders: Iterable[Path]) -> tuple[Suite, ...]:
    """Read every `*.yml` of the folders, in the order of the chapters of dbt, results last.

    Within a chapter tables stand as in dbt_project.yml, suites of one table as in the folders.
    A folder that does not exist holds none.
    Raises SuiteError on an unknown or missing key and on a suite's name or a check id used twice.
    """
    paths = [path for folder in folders for path in sorted(folder.glob("*.yml"))]
    suites = tuple(sorted(map(parse_suite, paths), key=lambda suite: place_of(suite.table)))
    names = Counter(suite.name for suite in suites)
    for name, count in names.items():
        if count > 1:
            raise SuiteError(f"{count} suite files are called '{name}'; rename one of them.")
    counts = Counter(check.check_id for suite in suites for check in suite.expectations)
    for check_id, count in counts.items():
        if count > 1:
            holders = sorted(
                suite.name
                for suite in suites
                if any(check.check_id == check_id for check in suite.expectations)
            )
            raise SuiteError(
                f"Check id '{check_id}' is used {count} times (suites {', '.join(holders)}); "
                "give each expectation an id of its own."
            )
    return suites


def parse_suite(path: Path) -> Suite:
    """Read one suite file. Raises SuiteError with one sentence."""
    if not path.is_file():
        raise SuiteError(f"{path} is not a file; move it out of the folder of expectations.")
    try:
        text = path.read_text(encoding="utf-8")
        if mark := _TURNING.search(text):
            raise SuiteError(
                f"{path} holds the invisible mark U+{ord(mark[0]):04X}, which turns the direction "
                "of writing; remove it."
            )
        content = yaml.load(text, Loader=_PlainLoader)
    except _AliasError as error:
        raise SuiteError(f"{path} has an alias (*) at line {error}; write it out.") from error
    except RecursionError as error:
        raise SuiteError(f"{path} is nested too deeply; a suite needs few levels.") from error
    except UnicodeDecodeError as error:
        raise SuiteError(f"{path} is not UTF-8 text; save it as UTF-8.") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" at line {mark.line + 1}" if mark else ""
        raise SuiteError(f"{path} is not YAML{line}; correct its indentation or quotes.") from error
    entries = _mapping(content, _SUITE_KEYS, f"{path}")
    gate = _choice(entries["gate"], get_args(Gate), "gate", f"{path}")
    if not isinstance(entries["expectations"], list) or not entries["expectations"]:
        raise SuiteError(f"{path}: key 'expectations' must be a list with at least one entry.")
    return Suite(
        name=f"{entries['schema']}.{path.stem}",
        gate=cast(Gate, gate),
        schema=_name(entries["schema"], "schema", f"{path}"),
        table=_name(entries["table"], "table", f"{path}"),
        expectations=tuple(
            _expectation(entry, number, path)
            for number, entry in enumerate(entries["expectations"], start=1)
        ),
    )


def _expectation(entry: object, number: int, path: Path) -> Expectation:
    keys = _mapping(entry, _EXPECTATION_KEYS, f"{path}, expectation {number}", _OPTIONAL_KEYS)
    place = f"{path}, expectation '{keys['id']}'"
    kwargs = keys["kwargs"]
    if not isinstance(kwargs, dict):
        raise SuiteError(f"{place}: key 'kwargs' must be a mapping of argument to value.")
    if not _TYPE.fullmatch(str(keys["type"])):
        raise SuiteError(
            f"{place}: type '{keys['type']}' is not an expectation; "
            f"use an expect_... type or {UNEXPECTED_ROWS}."
        )
    if keys["type"] == UNEXPECTED_ROWS:
        _check_query(kwargs.get(UNEXPECTED_ROWS_QUERY), place)
    finding = None if "finding" not in keys else _one_line(keys["finding"])
    _check_finding(finding, place)
    return Expectation(
        check_id=_one_line(keys["id"]),
        type=str(keys["type"]),
        kwargs={str(key): value for key, value in kwargs.items()},
        severity=cast(Severity, _choice(keys["severity"], get_args(Severity), "severity", place)),
        description=_one_line(keys["description"]),
        finding=finding,
    )


def _one_line(text: object) -> str:
    return " ".join(_CONTROL.sub(" ", str(text)).split())


def _check_finding(finding: str | None, place: str) -> None:
    """Refuse braces other than `{n}`, and brackets other than `[one|several]` beside it."""
    if finding is None:
        return
    rest = _ONE_OR_SEVERAL.sub("", finding) if "{n}" in finding else finding
    if re.search(r"[\[\]{}]", rest.replace("{n}", "")):
        raise SuiteError(
            f"{place}: a finding gives the number as {{n}}, and singular and plural as "
            "[one|several]; other braces and brackets have no meaning."
        )


def _check_query(query: object, place: str) -> None:
    """Refuse a query Great Expectations would misread: every brace in it is a placeholder."""
    if not isinstance(query, str):
        raise SuiteError(f"{place}: {UNEXPECTED_ROWS} needs kwargs.{UNEXPECTED_ROWS_QUERY}.")
    try:
        fields = {field for _, field, _, _ in Formatter().parse(query) if field is not None}
    except ValueError as error:
        raise SuiteError(f"{place}: the query has a single brace; double it.") from error
    if fields != {"batch"}:
        raise SuiteError(
            f"{place}: the query must read its own table as {{batch}} and double every other brace."
        )


def _mapping(
    value: object, keys: tuple[str, ...], place: str, optional: tuple[str, ...] = ()
) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise SuiteError(f"{place} must be a mapping with the keys {', '.join(keys)}.")
    for key in keys:
        if value.get(key) is None:
            raise SuiteError(f"{place} lacks the key '{key}'; add it.")
    unknown = sorted(str(key) for key in value if key not in (*keys, *optional))
    if unknown:
        raise SuiteError(
            f"{place} has the unknown key '{unknown[0]}'; "
            f"the keys are {', '.join((*keys, *optional))}."
        )
    return value


def _name(value: object, key: str, place: str) -> str:
    """The name of a schema or a table, which becomes part of a query."""
    if not _NAME.fullmatch(str(value)):
        raise SuiteError(f"{place}: {key} '{value}' is no name; use letters, digits and _.")
    return str(value)


def _choice(value: object, choices: tuple[str, ...], key: str, place: str) -> str:
    if value not in choices:
        raise SuiteError(f"{place}: {key} '{value}' is not one of {', '.join(choices)}.")
    return str(value)
