"""Subjects as a frame of one's own, checked and split into the counts that the methods take."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from numbers import Real
from typing import Any, Final, Literal

import polars as pl

from analytics.errors import UsageError
from analytics.methods.counts import counts_from_times
from analytics.plural import counted
from analytics.study.specification import Parameters

UNKNOWN: Final = "unknown"
ALL: Final = "all"
TIME: Final = "time"
CODE: Final = "code"
ENTRY: Final = "entry"
GROUP: Final = "group"
_R_CODES: Final = "if it is coded as R does, 1 censored and 2 event, subtract 1"


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


@dataclass(frozen=True)
class Given:
    """The data as they were given: the names of the columns, and each one when it is asked for.

    A column that nobody names may hold anything.
    """

    names: tuple[Any, ...]
    _column: Callable[[str], pl.Series]

    def column(self, name: str, what: str) -> pl.Series:
        """A column. Raises UsageError for one that is not there or cannot be read, and why."""
        if name not in self.names:
            raise UsageError(
                f"There is no column '{name}' for {what}; the data have "
                f"{', '.join(map(str, self.names))}."
            )
        try:
            return self._column(name).alias(name)
        except (TypeError, ValueError, OverflowError, pl.exceptions.PolarsError) as error:
            raise UsageError(f"Column '{name}' cannot be read: {_cause(error)}.") from error


def given_data(data: Any) -> Given:
    """The data as columns: a frame of Polars, pandas, Arrow or DuckDB, or columns by name.

    Raises UsageError for anything else.
    """
    if isinstance(data, Given):
        return data
    if isinstance(data, Mapping):
        return Given(tuple(data), lambda name: _as_series(name, data[name]))
    if hasattr(data, "iloc") and hasattr(data, "columns"):
        return Given(tuple(data.columns), lambda name: pl.Series(pl.from_pandas(data[name])))
    frame = _polars_frame(data)
    return Given(tuple(frame.columns), frame.get_column)


def _polars_frame(data: Any) -> pl.DataFrame:
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
        return pl.DataFrame(data, infer_schema_length=None)
    except (TypeError, ValueError, pl.exceptions.PolarsError) as error:
        raise UsageError(
            f"The data are a {type(data).__name__}, which is no frame; give one of Polars or "
            f"pandas, or a dictionary of columns ({_cause(error)})."
        ) from error


def _as_series(name: str, values: Any) -> pl.Series:
    """The values of a dictionary; whole and broken numbers together are numbers."""
    try:
        return pl.Series(name, values)
    except (TypeError, pl.exceptions.PolarsError):
        if not all(value is None or isinstance(value, Real) for value in values):
            raise
        return pl.Series(name, [None if value is None else float(value) for value in values])


def _cause(error: Exception) -> str:
    """The first line of what a library says."""
    return str(error).strip().partition("\n")[0].rstrip(".:") or type(error).__name__


def months_of(given: Any) -> tuple[float, ...]:
    """One month, or several, as they are given. Raises UsageError for what is no positive number.

    Text is none: "12" would be the months 1 and 2.
    """
    try:
        months = [given] if isinstance(given, Real | str | bytes) else list(given)
    except TypeError:
        months = [given]
    if not months or not all(
        isinstance(month, Real) and not isinstance(month, bool) and 0 < float(month) < float("inf")
        for month in months
    ):
        raise UsageError(
            "The months are not positive numbers; give one, or a list such as [12, 24]."
        )
    return tuple(map(float, months))


def refuse_codes_of_r(codes: pl.Series, event: str) -> None:
    """Refuse 1 and 2 without any 0 where a competing event is a censoring.

    In R 1 is a censoring and 2 the event: the two would be taken for each other.
    """
    if set(codes.unique().to_list()) == {1, 2}:
        raise UsageError(
            f"Column '{event}' has the codes 1 and 2 and no 0; {_R_CODES}; if 2 is a competing "
            "event, code it 0, as which it counts here."
        )


def refuse_competing(codes: pl.Series, event: str) -> None:
    """Refuse competing events in a Kaplan-Meier curve."""
    found = set(codes.unique().to_list())
    if 2 in found:
        advice = "use incidence" if 0 in found else f"use incidence, or, {_R_CODES}"
        raise UsageError(
            f"Column '{event}' has competing events (code 2), which are no censorings, so that a "
            f"Kaplan-Meier curve overstates the event; {advice}."
        )


def subjects(  # noqa: PLR0913 - the columns, and what the method makes of them
    data: Any,
    time: str,
    event: str,
    entry: str | None = None,
    by: str | None = None,
    *,
    is_cause_specific: bool = False,
) -> pl.DataFrame:
    """A row per subject: time, code and entry as numbers, group as text, null where unknown.

    All rows are checked before they are split, so that a message names the row of the data.
    `is_cause_specific`: a competing event counts as a censoring.
    """
    given = given_data(data)
    codes = given.column(event, "the event")
    codes = codes.cast(pl.Int64) if codes.dtype == pl.Boolean else codes
    times = given.column(time, "the time")
    entries = (
        pl.repeat(0.0, len(times), eager=True)
        if entry is None
        else given.column(entry, "the entry")
    )
    with told():
        counts_from_times(times, codes, entry=entries)
    if is_cause_specific:
        refuse_codes_of_r(codes, event)
    groups = (
        pl.repeat(ALL, len(times), eager=True)
        if by is None
        else levels(given.column(by, "the groups"))
    )
    refuse_other_length(groups, by, len(times))
    return pl.DataFrame(
        {
            TIME: times.cast(pl.Float64),
            CODE: codes.cast(pl.Int64),
            ENTRY: entries.cast(pl.Float64),
            GROUP: groups,
        }
    )


def refuse_other_length(values: pl.Series, name: str | None, n_rows: int) -> None:
    """Refuse a column of a dictionary that is longer or shorter than the time."""
    if len(values) != n_rows:
        raise UsageError(
            f"Column '{name}' has {counted(len(values), 'value')}, but the time has {n_rows}."
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


def known_levels(values: pl.Series) -> pl.Series:
    """The values as levels, null for the level `unknown` as well."""
    found = levels(values)
    is_known = pl.lit(found.cast(pl.String) != UNKNOWN)
    return pl.select(pl.when(is_known).then(found).alias(found.name)).to_series()


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
