"""Subjects as a frame of one's own, checked and split into the counts that the methods take."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, Literal

import polars as pl

from analytics.errors import UsageError
from analytics.methods.counts import counts_from_times
from analytics.study.specification import Parameters

UNKNOWN: Final = "unknown"
ALL: Final = "all"
TIME: Final = "time"
CODE: Final = "code"
ENTRY: Final = "entry"
GROUP: Final = "group"


@dataclass(frozen=True)
class Conventions:
    """The conventions a result depends on, with the defaults of a study.

    `days_per_month` converts days to months. `conf_level` is the level of every interval,
    `ci_transform` (`log-log`, `log` or `plain`) the scale on which that of a probability is
    symmetric. `incidence_variance` is `aalen`, `delta` or `infinitesimal_jackknife`. With late
    entries a curve starts where `smallest_risk_set` are at risk. `ties` of a Cox model are
    `efron` or `breslow`, `ph_transform` of its test of proportional hazards `km`,
    `identity`, `log` or `rank`. Those of a release: `release.conventions`.

    Raises PlateauError for a value that is none of these.
    """

    days_per_month: float = 30.4375
    conf_level: float = 0.95
    ci_transform: Literal["log-log", "log", "plain"] = "log-log"
    incidence_variance: Literal["aalen", "delta", "infinitesimal_jackknife"] = "aalen"
    smallest_risk_set: int = 10
    ties: Literal["efron", "breslow"] = "efron"
    ph_transform: Literal["km", "identity", "log", "rank"] = "km"

    def __post_init__(self) -> None:
        """Refuse a value that the study file would refuse."""
        _ = self.parameters

    @property
    def parameters(self) -> Parameters:
        """The same as the parameters of a study."""
        try:
            return Parameters(
                days_per_month=self.days_per_month,
                conf_level=self.conf_level,
                ci_transform=self.ci_transform,
                cif_variance=self.incidence_variance,
                smallest_risk_set=self.smallest_risk_set,
                ties=self.ties,
                ph_transform=self.ph_transform,
            )
        except ValueError as error:
            raise UsageError(_first_fault(error)) from error


STANDARD: Final = Conventions()


def _first_fault(error: ValueError) -> str:
    """The first thing that pydantic finds wrong, in a sentence."""
    faults: list[Any] = getattr(error, "errors", list)()
    if not faults:
        return str(error)
    place = ".".join(map(str, faults[0]["loc"]))
    return f"Convention {place} is {faults[0]['input']!r}: {faults[0]['msg']}."


@contextmanager
def told() -> Iterator[None]:
    """What a method refuses is a UsageError of the same sentence."""
    try:
        yield
    except ValueError as error:
        raise UsageError(str(error)) from error


def polars_frame(data: Any) -> pl.DataFrame:
    """The data as a Polars frame: one of Polars, pandas, Arrow or DuckDB, or columns by name.

    Raises UsageError for anything else.
    """
    if isinstance(data, pl.DataFrame):
        return data
    if isinstance(data, pl.LazyFrame):
        return data.collect()
    for method in ("pl", "to_polars"):  # a relation of DuckDB, and others that can
        if callable(getattr(data, method, None)):
            found = getattr(data, method)()
            if isinstance(found, pl.DataFrame):
                return found
    try:
        return pl.DataFrame(pl.from_pandas(data) if hasattr(data, "iloc") else data)
    except (TypeError, ValueError, pl.exceptions.PolarsError) as error:
        raise UsageError(
            f"The data are a {type(data).__name__}, which is no frame; give one of Polars or "
            "pandas, or a dictionary of columns."
        ) from error


def column(frame: pl.DataFrame, name: str, what: str) -> pl.Series:
    """A column of the frame. Raises UsageError with the names that it has."""
    if name not in frame.columns:
        raise UsageError(
            f"There is no column '{name}' for {what}; the data have {', '.join(frame.columns)}."
        )
    return frame[name]


def subjects(
    data: Any, time: str, event: str, entry: str | None = None, by: str | None = None
) -> pl.DataFrame:
    """A row per subject: time, code and entry as numbers, group as text, null where unknown.

    All rows are checked before they are split, so that a message names the row of the data.
    """
    frame = polars_frame(data)
    codes = column(frame, event, "the event")
    codes = codes.cast(pl.Int64) if codes.dtype == pl.Boolean else codes
    times = column(frame, time, "the time")
    entries = (
        pl.repeat(0.0, frame.height, eager=True)
        if entry is None
        else column(frame, entry, "the entry")
    )
    with told():
        counts_from_times(times, codes, entry=entries)
    groups = (
        pl.repeat(ALL, frame.height, eager=True)
        if by is None
        else levels(column(frame, by, "the groups"))
    )
    return pl.DataFrame(
        {
            TIME: times.cast(pl.Float64),
            CODE: codes.cast(pl.Int64),
            ENTRY: entries.cast(pl.Float64),
            GROUP: groups,
        }
    )


def levels(values: pl.Series) -> pl.Series:
    """The values as levels: an Enum in its order, others in theirs, NaN and null as null."""
    if isinstance(values.dtype, pl.Enum):
        return values
    if values.dtype.is_float():
        values = values.fill_nan(None)
    is_text = not (values.dtype.is_numeric() or values.dtype in (pl.Boolean, pl.Date))
    known = (values.cast(pl.String) if is_text else values).drop_nulls().unique().sort()
    return _as_text(values).cast(pl.Enum(_as_text(known)))


def _as_text(values: pl.Series) -> pl.Series:
    """The values as text; a whole number is without its point: 1.0 is level 1."""
    texts = values.cast(pl.String)
    return texts.str.replace(r"\.0$", "") if values.dtype.is_float() else texts


def occurring(groups: pl.Series) -> list[str]:
    """The levels that occur, in their order; `unknown` comes last."""
    found = set(groups.drop_nulls().to_list())
    order = groups.dtype.categories if isinstance(groups.dtype, pl.Enum) else sorted(found)
    known = [level for level in order if level in found and level != UNKNOWN]
    has_unknown = groups.null_count() > 0 or UNKNOWN in found
    return [*known, UNKNOWN] if has_unknown else known


def counts_by_group(rows: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Group -> counts of its subjects, in the order of the groups; without rows one of nobody."""
    named = rows.with_columns(pl.col(GROUP).cast(pl.String).fill_null(UNKNOWN))
    groups = occurring(rows[GROUP]) or [ALL]
    return {group: counts_of(named.filter(pl.col(GROUP) == group)) for group in groups}


def counts_of(rows: pl.DataFrame) -> pl.DataFrame:
    """The counts of these subjects."""
    with told():
        return counts_from_times(rows[TIME], rows[CODE], entry=rows[ENTRY])


def names_of(given: str | Sequence[str] | None) -> tuple[str, ...]:
    """One name, or several, as a tuple."""
    if given is None:
        return ()
    return (given,) if isinstance(given, str) else tuple(given)


def frame_of(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, Any]) -> pl.DataFrame:
    """The rows as a frame with these columns and types; other keys are left out."""
    return pl.DataFrame(
        [{name: row.get(name) for name in columns} for row in rows], schema=dict(columns)
    )
