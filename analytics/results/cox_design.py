"""Who enters a Cox model, from when, and with which factor values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

import numpy as np
import polars as pl

from analytics.methods.cox_data import CoxData, counted
from analytics.methods.statuses import NO_EVENTS, NO_SUBJECTS, not_estimable
from analytics.results.marts import Marts
from analytics.study.specification import Contrast


class Factor(Protocol):
    """What a design needs to know of a factor; that of a study's specification is one."""

    @property
    def factor(self) -> str:
        """Its name."""

    @property
    def timing(self) -> str:
        """`baseline`, or `post_baseline` for one that changes."""

    @property
    def type(self) -> str:
        """`categorical` or `continuous`."""


class Factors(Protocol):
    """The factors of a study by name; its specification is one."""

    def factor(self, name: str) -> Factor:
        """The factor of that name."""

    def levels_of(self, factor: str) -> tuple[str, ...]:
        """Its known levels in their order."""


@dataclass(frozen=True)
class CoxCohort:
    """Whose clock runs, in which population, and the facts at which observation begins.

    `strata`: the baseline factors whose combinations of levels are the strata of the model.
    """

    endpoint: str
    population: str
    entry_facts: tuple[str, ...] = ()
    strata: tuple[str, ...] = ()


@dataclass(frozen=True)
class CoxDesign:
    """Counting-process rows of the complete cases.

    `intervals`: usubjid, tstart, tstop, event_code, event, `stratum` (Int64) when there are
    strata, and one Float64 column per factor (`column_of`), sorted by subject and time. `names`
    are the factors. `n` counts subjects with an interval, `n_event` those with the event,
    `n_missing` the subjects left out because a factor or the stratum is missing. `elsewhere`:
    factor -> how many of them are at a known level that is neither in the numerator nor in the
    denominator of its contrast.
    """

    intervals: pl.DataFrame
    names: tuple[str, ...]
    n: int
    n_event: int
    n_missing: int
    elsewhere: Mapping[str, int] = field(default_factory=dict)

    @property
    def n_strata(self) -> int | None:
        """The strata with subjects; None when the model has no strata."""
        if "stratum" not in self.intervals.columns:
            return None
        return self.intervals["stratum"].n_unique()

    @property
    def obstacle(self) -> str | None:
        """The status that forbids a fit, or None."""
        if self.n == 0:
            return not_estimable(NO_SUBJECTS)
        return None if self.n_event else not_estimable(NO_EVENTS)

    def data(self) -> CoxData:
        """The rows of the fit, equal ones as one, ordered by their values alone.

        A sum of floats depends on its order in the last digit; the names of the subjects
        decide nothing.
        """
        return self._counted

    @cached_property
    def _counted(self) -> CoxData:
        return counted(self._data(self.intervals))

    def data_of_intervals(self) -> CoxData:
        """The rows of the fit, one for each interval in the order of `ordered`."""
        return self._data(self.ordered())

    def ordered(self) -> pl.DataFrame:
        """The intervals ordered by their values."""
        return self.intervals.sort([name for name in self.intervals.columns if name != "usubjid"])

    def _data(self, rows: pl.DataFrame) -> CoxData:
        return CoxData(
            tstart=rows["tstart"].to_numpy(),
            tstop=rows["tstop"].to_numpy(),
            event=rows["event"].to_numpy().astype(np.int64),
            covariates=np.ascontiguousarray(
                rows.select([column_of(name) for name in self.names]).to_numpy(), dtype=np.float64
            ).reshape(rows.height, len(self.names)),
            names=self.names,
            stratum=rows["stratum"].to_numpy() if "stratum" in rows.columns else None,
        )


def column_of(factor: str) -> str:
    """The column of a factor's values: a study may call a factor like any other column."""
    return f"factor {factor}"


def cox_design(
    study: Factors,
    marts: Marts,
    cohort: CoxCohort,
    contrasts: Sequence[Contrast],
    names: Sequence[str] | None = None,
) -> CoxDesign:
    """The complete cases of the population that have the endpoint.

    `names` are those of the covariates, one per contrast; by default their factors, which then
    differ.

    A factor is 1 at the contrast's numerator levels, 0 at its denominator levels, a
    continuous one its value; anything else is missing. A subject with a missing value in
    any interval is left out whole. A time-dependent factor holds the level of its last
    change on or before the interval's start, so that a change on the day of an event is
    not yet known at that event. With entry facts a subject is under observation from the
    last of them on; a competing event counts as censored. Intervals are split at the changes of
    these factors alone, splits at those of other factors are joined again. `names`: what the
    contrasts are called in the model, where that is not their factors.
    """
    names = tuple(contrast.factor for contrast in contrasts) if names is None else tuple(names)
    followed, places = marts.followed(cohort.endpoint, cohort.population)
    followed = followed.with_columns(event=pl.col("event_code") == 1)
    if cohort.strata:
        followed = followed.with_columns(_stratum(study, cohort.strata, marts, followed))
    elsewhere: dict[str, int] = {}
    for name, contrast in zip(names, contrasts, strict=True):
        factor = study.factor(contrast.factor)
        known = marts.factor_in_intervals(
            cohort.endpoint,
            factor.factor,
            changes=factor.timing != "baseline",
            is_number=factor.type == "continuous",
        ).gather(places)
        if factor.type == "categorical":
            other = _coded(factor, _others(study, contrast), known)
            elsewhere[contrast.factor] = followed.filter(other == 1)["usubjid"].n_unique()
        followed = followed.with_columns(_coded(factor, contrast, known).alias(column_of(name)))
    columns = tuple(map(column_of, names))
    needed = (*columns, "stratum") if cohort.strata else columns
    complete = _complete(followed, needed)
    observed = _from_entry(complete, marts, cohort) if cohort.entry_facts else complete
    observed = _merged(observed, needed)
    return CoxDesign(
        intervals=observed,
        names=names,
        n=observed["usubjid"].n_unique(),
        n_event=int(observed["event"].sum()),
        n_missing=followed["usubjid"].n_unique() - complete["usubjid"].n_unique(),
        elsewhere={name: n for name, n in elsewhere.items() if n},
    )


def _stratum(
    study: Factors, factors: Sequence[str], marts: Marts, followed: pl.DataFrame
) -> pl.Series:
    """The subject's combination of levels as a number, in the row order of `followed`.

    The positions of the levels among their factors' are its digits; NULL when a level is not known.
    """
    stratum = pl.repeat(0, followed.height, dtype=pl.Int64, eager=True)
    for factor in factors:
        levels = study.levels_of(factor)
        codes = {level: code for code, level in enumerate(levels)}
        known = marts.factor(factor).select(
            "usubjid",
            code=pl.col("level").replace_strict(codes, default=None, return_dtype=pl.Int64),
        )
        coded = followed.join(known, on="usubjid", how="left", maintain_order="left")
        stratum = stratum * len(levels) + coded["code"]
    return stratum.alias("stratum")


def _others(study: Factors, contrast: Contrast) -> Contrast:
    """The contrast of the levels that this one leaves out with those that it names."""
    named = (*contrast.numerator, *contrast.denominator)
    others = tuple(level for level in study.levels_of(contrast.factor) if level not in named)
    return contrast.model_copy(update={"numerator": others, "denominator": named})


def _coded(factor: Factor, contrast: Contrast, known: pl.Series) -> pl.Series:
    """1 for the numerator, 0 for the denominator, NULL for every other level."""
    if factor.type == "continuous":
        return known
    codes = dict.fromkeys(contrast.denominator, 0.0)
    codes |= dict.fromkeys(contrast.numerator, 1.0)
    return known.replace_strict(codes, default=None, return_dtype=pl.Float64)


def _complete(followed: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    if not names:
        return followed
    missing = followed.filter(pl.any_horizontal(pl.col(name).is_null() for name in names))
    return followed.join(missing, on="usubjid", how="anti", maintain_order="left")


def _from_entry(intervals: pl.DataFrame, marts: Marts, cohort: CoxCohort) -> pl.DataFrame:
    """Intervals after the day every entry fact has happened; who lacks one never enters."""
    days = marts.entry_times.filter(
        (pl.col("paramcd") == cohort.endpoint)
        & pl.col("fact").is_in(list(cohort.entry_facts))
        & pl.col("day").is_not_null()
    )
    entries = (
        days.group_by("usubjid")
        .agg(entry=pl.col("day").max(), n_facts=pl.col("fact").n_unique())
        .filter(pl.col("n_facts") == len(set(cohort.entry_facts)))
    )
    return (
        intervals.join(entries, on="usubjid", how="inner", maintain_order="left")
        .filter(pl.col("tstop") > pl.col("entry"))
        .with_columns(tstart=pl.max_horizontal("tstart", "entry"))
        .drop("entry", "n_facts")
    )


def _merged(intervals: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """Adjacent intervals of a subject in which nothing of the model changes, as one."""
    is_next = pl.col("usubjid").eq(pl.col("usubjid").shift(1)) & pl.col("tstart").eq(
        pl.col("tstop").shift(1)
    )
    for name in names:
        is_next &= pl.col(name).eq(pl.col(name).shift(1))
    begins = intervals.select(is_first=~is_next.fill_null(False))["is_first"]
    ends = begins.shift(-1, fill_value=True)
    last = intervals.filter(ends).select("tstop", "event_code", "event")
    return intervals.filter(begins).with_columns(last)
