"""The results of several sites together, from the counts that each of them shares.

The counts are added up, and the same estimators take them that take those of one study.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from functools import partial
from typing import Any, Final

import numpy as np
import polars as pl

from analytics.methods.arrays import FloatArray, IntArray
from analytics.methods.counts import COUNT_COLUMNS, added_counts, risk_table, weighted_spells
from analytics.results.analyses import analysis_frames
from analytics.results.assembly import compute_results
from analytics.results.cox_design import CoxDesign, column_of
from analytics.results.cox_models import fitted_design, univariate_rows
from analytics.results.cox_rows import CoxRows, contrast_words
from analytics.results.fine_gray_models import fine_gray_rows, fitted_fine_gray
from analytics.results.frames import frame_of_rows, stack
from analytics.results.marts import MART_SCHEMAS, Marts
from analytics.results.pooled_models import PooledModel, add_cox_pooling, add_fine_gray_pooling
from analytics.results.pooling import PoolingRows
from analytics.results.schemas import RESULT_TABLES
from analytics.results.site_counts import CURVE, MODEL, TEST, SiteCounts, has_late_entries
from analytics.results.strata import ALL
from analytics.results.subgroups import LEVEL
from analytics.study.specification import (
    CURVE_METHODS,
    Analysis,
    Contrast,
    Factor,
    FactorLevel,
    StudySpecification,
)

Row = dict[str, Any]
Frames = dict[str, pl.DataFrame]
Sites = Mapping[str, SiteCounts]

SITE: Final = "pooled_site"
BY_SITE: Final = "__by_site"
_OF_TESTS: Final = ("analysis", "method", "group_test")


def pooled_frames(study: StudySpecification, sites: Sites) -> Frames:
    """Every result table of the sites together, by name.

    `study`: what all sites share, its analyses those that all of them have counted. An analysis
    with groups has beside it one with the ending `__by_site`, whose test is within the sites, and
    so has a Cox analysis, whose models have a baseline hazard for each of them. Where patients are
    followed from day 0 the numbers are also those of each site, as of pooled trials.
    """
    study = _with_sites(study, tuple(sites))
    curves = [_by_site(one, sites) for one in study.analyses if one.method in CURVE_METHODS]
    courses = [one for one in study.analyses if one.method == "multi_state"]
    tested = [_sibling(one) for one in curves if one.strata is not None]
    models = [one for one in study.analyses if one.method in ("cox_univariate", "fine_gray")]
    marts = _marts(curves, sites)
    parts = [
        compute_results(_of(study, [*curves, *courses]), marts),
        _only(compute_results(_of(study, tested), marts), _OF_TESTS),
    ]
    for analysis in models:
        parts += list(_models(study, analysis, sites))
    return {
        name: stack(name, [frames[name] for frames in parts if name in frames])
        for name in RESULT_TABLES
    }


def _of(study: StudySpecification, analyses: Sequence[Analysis]) -> StudySpecification:
    return study.model_copy(update={"analyses": tuple(analyses)})


def _only(frames: Frames, names: Sequence[str]) -> Frames:
    return {name: frame for name, frame in frames.items() if name in names}


def _with_sites(study: StudySpecification, sites: Sequence[str]) -> StudySpecification:
    """The study with the site as a factor."""
    factor = Factor(
        factor=SITE,
        label="Site",
        timing="baseline",
        type="categorical",
        derivation="variable",
        display_order=len(study.factors) + 1,
    )
    levels = tuple(
        FactorLevel(factor=SITE, level=site, label=site, display_order=order)
        for order, site in enumerate(sites, start=1)
    )
    return study.model_copy(
        update={
            "factors": (*study.factors, factor),
            "factor_levels": (*study.factor_levels, *levels),
        }
    )


def _by_site(analysis: Analysis, sites: Sites) -> Analysis:
    """The analysis pools its sites, unless patients enter after day 0."""
    late = any(has_late_entries(_rows(site, CURVE, analysis)) for site in sites.values())
    return analysis.model_copy(update={"pooled_over": None if late else SITE})


def _sibling(analysis: Analysis) -> Analysis:
    """The same with strata for the sites, beside those that it has."""
    return analysis.model_copy(
        update={
            "analysis_id": analysis.analysis_id + BY_SITE,
            "label": f"{analysis.label}, stratified by site",
            "stratified_by": (*analysis.stratified_by, SITE),
            "pooled_over": None,
        }
    )


def _rows(
    site: SiteCounts, kind: str, analysis: Analysis, model: str | None = None
) -> pl.DataFrame:
    return site.counts.filter(
        pl.col("kind") == kind,
        pl.col("analysis_id") == analysis.analysis_id,
        pl.col("model").eq_missing(pl.lit(model, dtype=pl.String)),
    )


# ---- curves ---------------------------------------------------------------------------------


def _marts(curves: Sequence[Analysis], sites: Sites) -> Marts:
    """The marts of all sites' counts; a stratum of a test within the sites is one of a site."""
    risk, by_site, tests = (
        [pl.DataFrame(schema=MART_SCHEMAS[name])]
        for name in ("risk_counts", "pooled_risk_counts", "stratified_risk_counts")
    )
    for analysis in curves:
        for name, site in sites.items():
            own, in_strata = _rows(site, CURVE, analysis), _rows(site, TEST, analysis)
            risk.append(_named(own, "risk_counts"))
            sibling = {"analysis_id": pl.lit(analysis.analysis_id + BY_SITE)}
            risk.append(_named(own, "risk_counts", **sibling))
            by_site.append(_named(own, "pooled_risk_counts", pooled_level=pl.lit(name)))
            tests.append(
                _named(in_strata, "stratified_risk_counts", test_stratum=pl.col("stratum"))
            )
            within = in_strata if analysis.stratified_by else own
            tests.append(
                _named(
                    within,
                    "stratified_risk_counts",
                    **sibling,
                    test_stratum=pl.concat_str(
                        pl.col("stratum").fill_null(ALL), pl.lit(" / "), pl.lit(name)
                    ),
                )
            )
    moves = pl.concat(
        [pl.DataFrame(schema=MART_SCHEMAS["state_moves"])] + [site.moves for site in sites.values()]
    )
    found = {
        "risk_counts": _summed(risk),
        "pooled_risk_counts": _summed(by_site),
        "stratified_risk_counts": _summed(tests),
        "state_moves": moves.group_by(pl.exclude("n")).agg(pl.col("n").sum()).select(moves.columns),
    }
    return Marts(
        **{
            field.name: found.get(field.name, pl.DataFrame(schema=MART_SCHEMAS[field.name]))
            for field in fields(Marts)
        }
    )


def _named(rows: pl.DataFrame, mart: str, **columns: pl.Expr) -> pl.DataFrame:
    """Rows of counts as those of a mart, in which the part is the stratum."""
    return (
        rows.with_columns(**columns)
        .with_columns(stratum=pl.col("part"))
        .select(*MART_SCHEMAS[mart])
    )


def _summed(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    rows = pl.concat(frames)
    keys = [name for name in rows.columns if name not in COUNT_COLUMNS]
    return rows.group_by(keys).agg(pl.col(COUNT_COLUMNS).sum()).select(rows.columns).sort(keys)


# ---- models ---------------------------------------------------------------------------------


def _models(study: StudySpecification, analysis: Analysis, sites: Sites) -> Iterator[Frames]:
    """The models of one analysis that are counted, then those with strata for the sites."""
    counted = [
        contrast
        for contrast in analysis.factors
        if all(_n(site, analysis, contrast) is not None for site in sites.values())
    ]
    if not counted:
        return
    analysis = analysis.model_copy(update={"factors": tuple(counted), "pooled_over": SITE})
    yield analysis_frames(_of(study, [analysis]))
    yield from (_model(study, analysis, contrast, sites) for contrast in counted)
    if analysis.method == "cox_univariate":
        sibling = _sibling(analysis)
        yield analysis_frames(_of(study, [sibling]))
        rows = CoxRows()
        for contrast in counted:
            design = _design(analysis, contrast, sites, by_site=True)
            rows.add(univariate_rows(study, sibling, contrast, design))
        yield rows.frames()


def _model(
    study: StudySpecification, analysis: Analysis, contrast: Contrast, sites: Sites
) -> Frames:
    design = _design(analysis, contrast, sites, by_site=False)
    pooling = PoolingRows()
    words = [contrast_words(study, contrast)]
    parted = PooledModel(contrast.model, _without_site(design), design, words)
    late = bool((design.intervals["tstart"] > 0).any())
    if analysis.method == "fine_gray":
        model, term = fine_gray_rows(study, analysis, contrast, _without_site(design))
        if not late:
            add_fine_gray_pooling(pooling, study, analysis, parted, fitted_fine_gray)
        return pooling.frames() | {
            "fine_gray_model": frame_of_rows("fine_gray_model", [model]),
            "fine_gray_term": frame_of_rows("fine_gray_term", [term]),
        }
    rows = univariate_rows(study, analysis, contrast, _without_site(design))
    if not late:
        fit = partial(fitted_design, analysis=analysis, parameters=study.parameters)
        add_cox_pooling(pooling, study, analysis, parted, fit)
    return rows.frames() | pooling.frames()


def _without_site(design: CoxDesign) -> CoxDesign:
    return CoxDesign(
        design.intervals.drop(LEVEL), design.names, design.n, design.n_event, design.n_missing
    )


def _n(site: SiteCounts, analysis: Analysis, contrast: Contrast) -> tuple[int, int] | None:
    """The subjects of a model at a site, and those left out; None when it is not counted."""
    found = site.sizes.filter(analysis_id=analysis.analysis_id, model=contrast.model)
    return None if found.is_empty() else (int(found["n"][0]), int(found["n_missing"][0]))


def _design(analysis: Analysis, contrast: Contrast, sites: Sites, *, by_site: bool) -> CoxDesign:
    """The rows of a model, made of the counts of all sites; `subgroup_level` is the site.

    With `by_site` each site has strata of its own. Who left is not in the counts, and matters
    neither to a partial likelihood nor, where all are there from day 0, to a subdistribution.
    """
    column = column_of(contrast.factor)
    schema = {
        "usubjid": pl.Int64,
        "tstart": pl.Float64,
        "tstop": pl.Float64,
        "event_code": pl.Int64,
        "event": pl.Boolean,
        "stratum": pl.Int64,
        column: pl.Float64,
        LEVEL: pl.String,
    }
    parts = [pl.DataFrame(schema=schema)]
    for number, (name, site) in enumerate(sites.items()):
        rows = _rows(site, MODEL, analysis, contrast.model)
        for (stratum, part), counts in rows.partition_by("stratum", "part", as_dict=True).items():
            own = 0 if stratum is None else int(stratum)
            start, stop, code = _spells(added_counts([counts.rename({"day": "time"})]))
            parts.append(
                pl.DataFrame(
                    {
                        "usubjid": np.zeros(len(stop), dtype=np.int64),
                        "tstart": start,
                        "tstop": stop,
                        "event_code": code,
                        "event": code == 1,
                        "stratum": np.full(
                            len(stop), own * len(sites) + number if by_site else own
                        ),
                        column: np.full(len(stop), float(part)),
                        LEVEL: np.full(len(stop), name, dtype=object),
                    },
                    schema=schema,
                )
            )
    intervals = pl.concat(parts).with_columns(usubjid=pl.int_range(pl.len(), dtype=pl.Int64))
    if not (by_site or analysis.stratified_by or analysis.censoring_groups):
        intervals = intervals.drop("stratum")
    sizes = [_n(site, analysis, contrast) or (0, 0) for site in sites.values()]
    return CoxDesign(
        intervals,
        (contrast.factor,),
        n=sum(n for n, _ in sizes),
        n_event=int(intervals["event"].sum()),
        n_missing=sum(missing for _, missing in sizes),
    )


def _spells(counts: pl.DataFrame) -> tuple[FloatArray, FloatArray, IntArray]:
    """A row per interval with these counts: start, stop, event code."""
    table = risk_table(counts)
    if table.has_delayed_entry:
        start, stop, event, weight = weighted_spells(table)
        return np.repeat(start, weight), np.repeat(stop, weight), np.repeat(event, weight)
    exits = np.column_stack([table.n_censored, table.n_event, table.n_competing])
    stop = np.repeat(np.repeat(table.time, 3), exits.ravel())
    code = np.repeat(np.tile(np.arange(3), len(table.time)), exits.ravel())
    return np.zeros(len(stop)), stop, code
