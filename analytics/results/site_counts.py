"""What a site shares of its patients to be pooled with others: counts by day, and no patient.

Curves and their tests are made of such counts; so are Cox models of one factor in two groups, whose
partial likelihood asks of each group how many are at risk on the days of events, and Fine-Gray
models of patients who are followed from day 0, whose rows the counts give back.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import polars as pl

from analytics.methods.counts import COUNT_COLUMNS
from analytics.results.cox_design import CoxCohort, CoxDesign, column_of, cox_design
from analytics.results.marts import MART_SCHEMAS, Marts
from analytics.study.specification import CURVE_METHODS, Analysis, Contrast, StudySpecification

Row = dict[str, Any]

CURVE: Final = "curve"
TEST: Final = "test"
MODEL: Final = "model"
COUNTS_SCHEMA: Final[dict[str, type[pl.DataType]]] = {
    "kind": pl.String,
    "analysis_id": pl.String,
    "model": pl.String,
    "stratum": pl.String,
    "part": pl.String,
    "day": pl.Float64,
    **dict.fromkeys(COUNT_COLUMNS, pl.Int64),
}
"""A row per kind, analysis, model, stratum, part and day.

`curve`: a group of an analysis is a part. `test`: so it is, within a stratum of the test. `model`:
the numerator (1) and the denominator (0) of the contrast, within a stratum of the model, or a
censoring group, by number.
"""
SIZES_SCHEMA: Final[dict[str, type[pl.DataType]]] = {
    "analysis_id": pl.String,
    "model": pl.String,
    "n": pl.Int64,
    "n_missing": pl.Int64,
}
MOVES_SCHEMA: Final = MART_SCHEMAS["state_moves"]
BLOCK: Final = ("kind", "analysis_id", "model", "stratum", "part")
_SEVERAL: Final = "a model of several factors needs the patients"
_GROUPS: Final = "a table of groups is no curve and no model"
_CONTINUOUS: Final = "a continuous factor needs the patients"
NOT_COUNTED: Final = {
    "cox_multivariable": _SEVERAL,
    "cox_stepwise": "a selection fits models of several factors, which need the patients",
    "fine_gray_multivariable": _SEVERAL,
    "baseline_table": _GROUPS,
    "outcomes_table": _GROUPS,
    "attrition": _GROUPS,
}


@dataclass(frozen=True)
class SiteCounts:
    """The counts of one site: `counts` and `moves` by day, `sizes` of the models.

    `refused`: analysis, or analysis/model, that counts do not carry -> why.
    """

    counts: pl.DataFrame
    moves: pl.DataFrame
    sizes: pl.DataFrame
    refused: dict[str, str] = field(default_factory=dict)


def site_counts(study: StudySpecification, marts: Marts) -> SiteCounts:
    """The counts of every analysis of the plan that can be pooled from counts."""
    frames = [
        _curves(marts.risk_counts, CURVE, pl.lit(None, dtype=pl.String)),
        _curves(marts.stratified_risk_counts, TEST, pl.col("test_stratum")),
    ]
    sizes, refused = list[Row](), dict[str, str]()
    for analysis in study.analyses:
        if analysis.method in NOT_COUNTED:
            refused[analysis.analysis_id] = NOT_COUNTED[analysis.method]
        if analysis.subgroups:
            refused[f"{analysis.analysis_id}, subgroups"] = "subgroups are not counted"
        for contrast in analysis.factors:
            name = f"{analysis.analysis_id}/{contrast.model}"
            if study.factor(contrast.factor).type == "continuous":
                refused[name] = _CONTINUOUS
                continue
            design = cox_design(study, marts, cohort_of(analysis, contrast), [contrast])
            labels = {"analysis_id": analysis.analysis_id, "model": contrast.model}
            frames.append(_model_counts(design, contrast, labels))
            sizes.append({**labels, "n": design.n, "n_missing": design.n_missing})
    counted = {one.analysis_id for one in study.analyses if one.method in CURVE_METHODS}
    counts = pl.concat(frames)
    return SiteCounts(
        counts.filter((pl.col("kind") == MODEL) | pl.col("analysis_id").is_in(counted)).sort(
            *BLOCK, "day"
        ),
        marts.state_moves.select(*MOVES_SCHEMA).sort(pl.all()),
        pl.DataFrame(sizes, schema=SIZES_SCHEMA),
        refused,
    )


def cohort_of(analysis: Analysis, contrast: Contrast) -> CoxCohort:
    """Whose time a model of one factor is of; a Fine-Gray model has its censoring groups."""
    assert analysis.endpoint is not None and analysis.population is not None
    groups = (analysis.censoring_groups,) if analysis.censoring_groups else ()
    return CoxCohort(
        analysis.endpoint,
        contrast.population or analysis.population,
        contrast.entry_facts,
        analysis.stratified_by or groups,
    )


def has_late_entries(counts: pl.DataFrame) -> bool:
    """Whether anyone comes under observation after day 0, or changes the group then."""
    return bool(counts.filter(pl.col("day") > 0)["n_entry"].sum())


def _curves(frame: pl.DataFrame, kind: str, stratum: pl.Expr) -> pl.DataFrame:
    return frame.select(
        pl.lit(kind).alias("kind"),
        "analysis_id",
        pl.lit(None, dtype=pl.String).alias("model"),
        stratum.alias("stratum"),
        pl.col("stratum").alias("part"),
        "day",
        *COUNT_COLUMNS,
    )


def _model_counts(design: CoxDesign, contrast: Contrast, labels: Row) -> pl.DataFrame:
    """The intervals of a model by day: who begins one, and who ends one, and how."""
    rows = design.intervals.with_columns(
        part=pl.col(column_of(contrast.factor)).cast(pl.Int64).cast(pl.String),
        stratum=pl.col("stratum").cast(pl.String)
        if "stratum" in design.intervals.columns
        else pl.lit(None, dtype=pl.String),
    )
    days = pl.concat(list(_changes(rows)))
    return (
        days.group_by("stratum", "part", "day")
        .agg(pl.col(COUNT_COLUMNS).sum().cast(pl.Int64))
        .select(
            pl.lit(MODEL).alias("kind"),
            *(pl.lit(value).alias(name) for name, value in labels.items()),
            "stratum",
            "part",
            "day",
            *COUNT_COLUMNS,
        )
    )


def _changes(rows: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Each interval twice: on the day it begins and on the day it ends."""
    code, zero = pl.col("event_code"), pl.lit(0, dtype=pl.Int64)
    for day, n_entry, ends in (("tstart", 1, False), ("tstop", 0, True)):
        yield rows.select(
            "stratum",
            "part",
            pl.col(day).alias("day"),
            pl.lit(n_entry, dtype=pl.Int64).alias("n_entry"),
            *(
                (code == wanted).cast(pl.Int64).alias(name) if ends else zero.alias(name)
                for name, wanted in (("n_event", 1), ("n_competing", 2), ("n_censored", 0))
            ),
        )
