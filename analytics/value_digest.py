"""The digest of a value: equal digests mean equal contents, in this run of Python and the next."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from functools import partial
from io import BytesIO
from pathlib import PurePath
from types import FunctionType
from typing import Any, Final, cast

import polars as pl
from pydantic import BaseModel

Feed = Callable[[bytes], None]
_FILLED: Final[dict[type, object]] = {str: "", int: 0, float: 0.0, bool: False}


def value_digest(*values: object) -> str:
    """The SHA-256 of plain values, records and frames, and of what is made of them.

    The order of rows and of keys counts; a list and a tuple of the same values are equal. A
    function is known by its name. Raises TypeError for anything else.
    """
    digest = hashlib.sha256()
    _feed(digest.update, values)
    return digest.hexdigest()


def rows_digest(frame: pl.DataFrame) -> str:
    """The digest of a frame whatever the order of its rows, each counted as often as it is there.

    A row is known by two numbers of 64 bits, so that a large frame need not be sorted by its texts.
    """
    texts = frame.with_columns(pl.col(pl.Categorical).cast(pl.String))
    rows = [texts.hash_rows(seed=seed).sort().to_frame("row") for seed in (1, 2)]
    return value_digest([(name, str(dtype)) for name, dtype in texts.schema.items()], rows)


def _feed(feed: Feed, value: object) -> None:  # noqa: PLR0912 - one case for each kind
    match value:
        case None | bool() | int():
            _leaf(feed, type(value).__name__, repr(value))
        case Enum():
            _leaf(feed, type(value).__qualname__, value.name)
        case float():
            _leaf(feed, "float", value.hex())
        case str():
            _leaf(feed, "str", value)
        case PurePath():
            _leaf(feed, "path", value.as_posix())
        case date():
            _leaf(feed, type(value).__name__, value.isoformat())
        case pl.DataFrame():
            _frame(feed, value)
        case BaseModel():
            _node(feed, type(value).__qualname__, dict(value))
        case partial():
            _node(feed, "partial", (value.func, value.args, value.keywords))
        case FunctionType():
            _leaf(feed, "function", f"{value.__module__}.{value.__qualname__}")
        case Mapping():
            _node(feed, "mapping", [part for item in value.items() for part in item])
        case AbstractSet():
            _node(feed, "set", sorted(map(value_digest, value)))
        case Sequence():
            _leaf(feed, "sequence", str(len(value)))
            for part in value:
                _feed(feed, part)
        case _ if is_dataclass(value):
            record = cast("Any", value)
            held = {field.name: getattr(record, field.name) for field in fields(record)}
            _node(feed, type(value).__qualname__, held)
        case _:
            raise TypeError(f"A value of type {type(value).__qualname__} has no digest.")


def _node(feed: Feed, kind: str, parts: object) -> None:
    _leaf(feed, "kind", kind)
    _feed(feed, parts)


def _leaf(feed: Feed, kind: str, text: str) -> None:
    """The text with its kind and length in front, so that no two values run into each other."""
    content = text.encode("utf-8", "surrogatepass")
    feed(b"%b %d:%b\n" % (kind.encode(), len(content), content))


def _frame(feed: Feed, frame: pl.DataFrame) -> None:
    """Names, types and values of the columns; a category counts as its text."""
    texts = frame.with_columns(pl.col(pl.Categorical).cast(pl.String))
    _node(feed, "frame", [(name, str(dtype)) for name, dtype in texts.schema.items()])
    content = BytesIO()
    for column in texts:
        # what lies in memory under a NULL can be anything
        values = column.to_physical()
        filled = values.fill_null(_FILLED[values.dtype.to_python()])
        parts = pl.DataFrame([filled.alias("value"), column.is_null().alias("is_null")])
        parts.rechunk().write_ipc(content, compat_level=pl.CompatLevel.oldest())
    feed(content.getvalue())
