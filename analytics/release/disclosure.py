"""Limits of publication: small cells are suppressed, curves end while enough are at risk.

Tables are judged by the kinds of their columns (`analytics.release.kinds`), so that a table
that is added later is limited too. A suppressed number is null and `status` says why; it does not
say whether a count is small or hidden beside a small one (`analytics.release.hidden_counts`).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

import duckdb
import polars as pl

from analytics.methods.statuses import SHOWN_WHILE, SUPPRESSED
from analytics.release.count_cells import curve_points
from analytics.release.curve_grid import on_grid
from analytics.release.hidden_counts import OF_MODELS, HiddenCounts
from analytics.release.history_limits import (
    is_history,
    small_differences,
    without_hidden_previous,
)
from analytics.release.kinds import of_kind
from analytics.release.rounded_counts import WITHHELD, RoundedCounts, only_rounded
from analytics.release.state_curves import without_days_of_few
from analytics.results.schemas import Kind
from analytics.study.specification import Publication
from analytics.warehouse import quoted

Frames = Mapping[str, pl.DataFrame]
Decision = Callable[[Frames], HiddenCounts | None]
Rounding = Callable[[Frames], RoundedCounts | None]

ONE_SUBJECT: Final = f"{SUPPRESSED}the value of one subject"
OLD_AGE: Final = f"{SUPPRESSED}an age over 89"
_OLDEST: Final = 89
_COUNTS: Final = (Kind.SUBJECTS, Kind.AT_RISK, Kind.MISSING)
_NUMBERS: Final = (Kind.COMPUTED, Kind.ONE_SUBJECT)
_COMPLEMENTS: Final = {"n_accepted": "n_rejected"}  # the one gives the other away
_CURVE: Final = ["analysis_id", "stratum"]
_REFERENCE: Final = "reference_stratum"  # of a difference between two curves
_KEY: Final = ("factor", "time_months")  # what tells an estimate of an analysis from others
_HIDE: Final = "hide "
_OR_TELLS: Final = ", or would tell such a number"
_EXTREMES: Final = ("min", "max")
_NEVER: Final = pl.lit(False)


def limit_schema(  # noqa: PLR0913, PLR0917
    connection: duckdb.DuckDBPyConnection,
    schema: str,
    publication: Publication,
    days_per_month: float,
    decide: Decision,
    round_off: Rounding = lambda _: None,
) -> tuple[HiddenCounts | None, RoundedCounts | None]:
    """Replace the rows of every table of a schema by what may be published of them.

    A column that holds a null now may be null; without limits nothing is touched. `decide` and
    `round_off` tell over all tables together which counts are hidden, and what they are rounded to;
    their answers are returned, None where the study does not ask for them. Raises BuildError for a
    column without a kind.
    """
    names = connection.execute(
        "select table_name from information_schema.tables where table_schema = ? order by all",
        [schema],
    ).fetchall()
    places = {name: f"{quoted(schema)}.{quoted(name)}" for (name,) in names}
    frames = {name: connection.sql(f"from {place}").pl() for name, place in places.items()}
    frames = on_grid(frames, publication, days_per_month)
    hidden = decide(frames) if publication.hides_counts else None
    rounded = round_off(frames) if publication.rounds_counts else None
    shown = limited(frames, publication, hidden, rounded)
    if not publication.has_limits:
        return None, None
    for name, frame in shown.items():
        withheld = [column for column in WITHHELD if column in frame.columns]
        for column in dict.fromkeys([*of_kind(frame, *_COUNTS, *_NUMBERS), *withheld]):
            connection.execute(
                f"alter table {places[name]} alter column {quoted(column)} drop not null"
            )
        connection.execute(f"delete from {places[name]}")
        connection.register("limited_frame", frame.to_arrow())
        connection.execute(f"insert into {places[name]} by name select * from limited_frame")
        connection.unregister("limited_frame")
    return hidden, rounded


def limited(
    frames: Frames,
    publication: Publication,
    hidden: HiddenCounts | None = None,
    rounded: RoundedCounts | None = None,
) -> dict[str, pl.DataFrame]:
    """The tables as they may be published.

    `hidden` names further counts to hide, those from which small ones can be computed; `rounded`
    has what the others are rounded to.

    Counts from 1 to `smallest_cell` - 1 go, with every number of their row; zero stays, and so
    does a total. A curve ends, and later times and rates go, where fewer than
    `smallest_n_at_risk` are at risk (or `smallest_cell`, when that is more). Raises BuildError
    for a column without a kind, with limits or without.
    """
    for frame in frames.values():
        of_kind(frame, *Kind)
    if not publication.has_limits:
        return dict(frames)
    frames = without_days_of_few(frames, publication.at_risk_bound)
    ends = _curve_ends(frames.values(), publication.at_risk_bound)
    if hidden is not None:
        ends = _earlier_ends(ends, hidden)
    marked = _marked(frames, publication, hidden)
    shown = {name: _suppressed(name, frame, ends, publication) for name, frame in marked.items()}
    for name, frame in shown.items():
        if is_history(frame):
            shown[name] = without_hidden_previous(frame)
    gone = _gone(shown.values())
    shown = {name: _followed(frame, gone) for name, frame in shown.items()}
    return shown if rounded is None else only_rounded(frames, shown, rounded)


def _small(counts: Iterable[str], bound: int) -> pl.Expr:
    return pl.any_horizontal(
        _NEVER, *(pl.col(count).is_between(1, bound - 1) for count in counts)
    ).fill_null(False)


def _curve_ends(frames: Iterable[pl.DataFrame], bound: int) -> pl.DataFrame:
    """The month of each curve's first point after which never enough are at risk."""
    ends = [pl.DataFrame(schema={**dict.fromkeys(_CURVE, pl.String), "curve_end": pl.Float64})]
    for frame in frames:
        if {"n_risk", "time_months", *_CURVE} <= set(frame.columns):
            month, few = pl.col("time_months"), _small(["n_risk"], bound)
            points = frame.filter(curve_points(frame))
            last = month.filter(pl.col("n_risk") >= bound).max().over(_CURVE).fill_null(-1)
            ends.append(
                points.filter(few & (month > last))
                .group_by(_CURVE)
                .agg(month.min().alias("curve_end"))
            )
    return pl.concat(ends).group_by(_CURVE).agg(pl.col("curve_end").min())


def _earlier_ends(ends: pl.DataFrame, hidden: HiddenCounts) -> pl.DataFrame:
    """The ends of curves, those that end earlier as they tell hidden counts among them."""
    rows = [(*curve, month) for curve, month in sorted(hidden.ends.items())]
    further = pl.DataFrame(rows, schema=ends.schema, orient="row")
    return pl.concat([ends, further]).group_by(_CURVE).agg(pl.col("curve_end").min())


def _marked(
    frames: Frames, publication: Publication, hidden: HiddenCounts | None
) -> dict[str, pl.DataFrame]:
    """The tables with a mark for each count that is hidden, whatever its size."""
    marks: dict[str, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for cell in hidden.cells(frames) if hidden is not None else ():
        marks[cell.table][cell.column].add(cell.row)
    for name, frame in frames.items():
        if is_history(frame):
            counts = dict.fromkeys(of_kind(frame, Kind.SUBJECTS), publication.cell_bound)
            counts |= dict.fromkeys(of_kind(frame, Kind.AT_RISK), publication.at_risk_bound)
            for count, rows in small_differences(frame, counts, marks[name]).items():
                marks[name][count].update(rows)
    return {
        name: frame.with_columns(
            pl.int_range(pl.len()).is_in(sorted(rows)).alias(_HIDE + count)
            for count, rows in marks[name].items()
        )
        for name, frame in frames.items()
    }


def _is_marked(frame: pl.DataFrame, count: str) -> pl.Expr:
    return pl.col(_HIDE + count) if _HIDE + count in frame.columns else _NEVER


def _suppressed(
    name: str, frame: pl.DataFrame, ends: pl.DataFrame, publication: Publication
) -> pl.DataFrame:
    """A table without its hidden counts, what tells them, and the ends of its curves."""
    marks = [column for column in frame.columns if column.startswith(_HIDE)]
    plain = frame.drop(marks)
    reason = _reason(plain, frame, publication, keeps_estimates=name in OF_MODELS)
    hidden = _hidden(plain, frame, publication)
    too_late = late(publication)
    medians = [name for name in _times(plain) if name.startswith("median")]
    is_cut = pl.any_horizontal(_NEVER, *(_is_late(name) for name in medians))
    status = pl.coalesce("why_hidden", pl.when(is_cut).then(pl.lit(too_late)))
    statuses, remarks = of_kind(plain, Kind.STATUS), of_kind(plain, Kind.REMARK)
    frame = _with_curve_end(frame, ends)
    by_day = publication.curve_grid is None
    frame = _trimmed(frame, publication.at_risk_bound, by_day=by_day)
    frame = frame.with_columns(why_hidden=reason)
    return frame.with_columns(
        *(pl.when(~is_hidden).then(name).alias(name) for name, is_hidden in hidden.items()),
        *(pl.coalesce(status, name).alias(name) for name in statuses),
        *(_without_small_counts(name, publication) for name in remarks),
    ).drop("why_hidden", "curve_end", *marks)


def _with_curve_end(frame: pl.DataFrame, ends: pl.DataFrame) -> pl.DataFrame:
    """The table with the month at which its curve ends; of two curves the earlier one."""
    if not set(_CURVE) <= set(frame.columns):
        return frame.with_columns(curve_end=pl.lit(None, pl.Float64))
    frame = frame.join(ends, on=_CURVE, how="left", maintain_order="left")
    if _REFERENCE not in frame.columns:
        return frame
    of_reference = ends.rename({"stratum": _REFERENCE, "curve_end": "reference_end"})
    key = ["analysis_id", _REFERENCE]
    joined = frame.join(of_reference, on=key, how="left", maintain_order="left")
    earlier = pl.min_horizontal("curve_end", "reference_end")
    return joined.with_columns(curve_end=earlier).drop("reference_end")


def _without_small_counts(text: str, publication: Publication) -> pl.Expr:
    """A text in which a small number of people is replaced."""
    bound = publication.at_risk_bound
    if bound < 2:  # nothing is small
        return pl.col(text)
    small = "|".join(map(str, range(1, bound)))
    return pl.col(text).str.replace_all(
        rf"\b(?:about )?({small}) (subject|patient)s?\b", f"fewer than {bound} ${{2}}s"
    )


def _trimmed(frame: pl.DataFrame, bound: int, *, by_day: bool) -> pl.DataFrame:
    """Curves without their points at which too few are at risk; the caution says so."""
    if "n_risk" not in frame.columns:
        return frame
    is_point = curve_points(frame)
    is_over = _left(frame, bound) if by_day else _NEVER
    if "time_months" in frame.columns:
        is_over |= _is_late("time_months")
    frame = frame.filter(~(is_point & (_small(["n_risk"], bound) | is_over)))
    if "caution" not in frame.columns:
        return frame
    sentence = pl.lit(f"{SHOWN_WHILE} at least {bound} subjects are at risk.")
    said = pl.concat_str("caution", sentence, separator=" ", ignore_nulls=True)
    return frame.with_columns(
        caution=pl.when(is_point & pl.col("curve_end").is_not_null())
        .then(said)
        .otherwise("caution")
    )


def _left(frame: pl.DataFrame, bound: int) -> pl.Expr:
    """Whether the last point shown of a curve tells how few are left after it."""
    if not {"n_event", "n_censored"} <= set(frame.columns):
        return _NEVER
    left = pl.col("n_risk") - pl.col("n_event") - pl.col("n_censored")
    return (pl.col("curve_end").is_not_null() & (left < bound - 1)).fill_null(False)


def few(publication: Publication) -> str:
    """The status of a row with a hidden count."""
    return f"{SUPPRESSED}fewer than {publication.cell_bound} subjects{_OR_TELLS}"


def late(publication: Publication) -> str:
    """The status of a row with a hidden number at risk, or beyond the end of its curve."""
    return f"{SUPPRESSED}fewer than {publication.at_risk_bound} at risk{_OR_TELLS}"


def _reason(
    frame: pl.DataFrame, marked: pl.DataFrame, publication: Publication, *, keeps_estimates: bool
) -> pl.Expr:
    """Why all numbers of a row are suppressed; null when they are not."""
    bound, cell = publication.at_risk_bound, publication.cell_bound
    at_risk, others = of_kind(frame, Kind.AT_RISK), of_kind(frame, Kind.SUBJECTS)
    few_at_risk = [_small([count], bound) for count in at_risk]
    few_others = [_small([count], cell) for count in others]
    if not keeps_estimates:
        few_at_risk += [_is_marked(marked, count) for count in at_risk]
        few_others += [_is_marked(marked, count) for count in others]
    months = [_is_late(month) for month in of_kind(frame, Kind.MONTH)]
    is_extreme = pl.col("statistic").is_in(_EXTREMES) if "statistic" in frame.columns else _NEVER
    is_row = ~curve_points(frame)
    return (
        pl.when(is_row & pl.any_horizontal(_NEVER, *few_at_risk, *months))
        .then(pl.lit(late(publication)))
        .when(is_row & pl.any_horizontal(_NEVER, *few_others))
        .then(pl.lit(few(publication)))
        .when(is_extreme & (cell > 1))
        .then(pl.lit(ONE_SUBJECT))
        .when(_is_old(frame))
        .then(pl.lit(OLD_AGE))
    )


def _is_old(frame: pl.DataFrame) -> pl.Expr:
    """Whether the number is an age over 89, which identifies (45 CFR 164.514(b)(2)(i)(C))."""
    if not {"unit", "statistic", "value"} <= set(frame.columns):
        return _NEVER
    is_age = pl.col("unit").str.to_lowercase().str.starts_with("year")
    return (is_age & (pl.col("value") > _OLDEST)).fill_null(False)


def _hidden(
    frame: pl.DataFrame, marked: pl.DataFrame, publication: Publication
) -> dict[str, pl.Expr]:
    """Which cells of which column go."""
    bound, cell = publication.at_risk_bound, publication.cell_bound
    is_row, at_risk = ~curve_points(frame), of_kind(frame, Kind.AT_RISK)
    hidden = {
        count: is_row
        & (_small([count], bound if count in at_risk else cell) | _is_marked(marked, count))
        for count in of_kind(frame, *_COUNTS)
    }
    for complement, count in _COMPLEMENTS.items():
        if complement in hidden:
            hidden[complement] |= hidden[count]
    times, of_one = _times(frame), of_kind(frame, Kind.ONE_SUBJECT)
    for number in of_kind(frame, *_NUMBERS):
        is_late = _is_late(number) if number in times else _NEVER
        is_of_one = pl.lit(cell > 1 and number in of_one)
        hidden[number] = pl.col("why_hidden").is_not_null() | is_late | is_of_one
    return hidden


def _times(frame: pl.DataFrame) -> list[str]:
    """The numbers of a table of medians: points of time on its curves."""
    return of_kind(frame, *_NUMBERS) if "median_months" in frame.columns else []


def _is_late(column: str) -> pl.Expr:
    """Whether the curve is not shown at that month."""
    return (pl.col(column) >= pl.col("curve_end")).fill_null(False)


def _gone(frames: Iterable[pl.DataFrame]) -> list[str]:
    """The estimates of which something was suppressed, by their keys."""
    gone: set[str] = set()
    for frame in frames:
        if {"analysis_id", "status"} <= set(frame.columns):
            suppressed = frame.filter(pl.col("status").str.starts_with(SUPPRESSED))
            gone.update(suppressed.select(_key(frame, "analysis_id")).to_series())
    return sorted(gone)


def _key(frame: pl.DataFrame, analysis: str) -> pl.Expr:
    """Analysis, factor and month of an estimate, as one text."""
    parts = [pl.col(name) if name in frame.columns else pl.lit("") for name in _KEY]
    texts = [part.cast(pl.String).fill_null("") for part in (pl.col(analysis), *parts)]
    return pl.concat_str(texts, separator="\t")


def _followed(frame: pl.DataFrame, gone: Sequence[str]) -> pl.DataFrame:
    """A table of estimates without counts of its own: what is suppressed elsewhere goes here too.

    Beside a published number only the verdict stays: whoever reads both knows the other.
    """
    if "computed_as_printed" in frame.columns:
        return frame.with_columns(
            computed=pl.lit(None, pl.Float64), computed_as_printed=pl.lit(None, pl.String)
        )
    if of_kind(frame, *_COUNTS) or not {"analysis_id", "status"} <= set(frame.columns):
        return frame
    analyses = [name for name in ("analysis_id", "alternative_analysis") if name in frame.columns]
    is_gone = pl.any_horizontal(_key(frame, name).is_in(gone) for name in analyses)
    elsewhere = pl.lit(f"{SUPPRESSED}as in the table of the estimate")
    return frame.with_columns(
        *(pl.when(~is_gone).then(name).alias(name) for name in of_kind(frame, *_NUMBERS)),
        *(
            pl.when(is_gone).then(elsewhere).otherwise(name).alias(name)
            for name in of_kind(frame, Kind.STATUS)
        ),
    )
