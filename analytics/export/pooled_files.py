"""`plateau pool`: the results of sites that share counts, as a DuckDB file and as CSV."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl

from analytics import __version__
from analytics.export.files import new_files
from analytics.export.site_files import PoolError, Site, check_sites, read_site
from analytics.results.site_pooling import pooled_frames
from analytics.results.writing import write_frames
from analytics.study.cautions import join_cautions
from analytics.study.specification import Analysis, StudySpecification
from analytics.text_table import aligned
from analytics.warehouse import connect

RESULTS_FILE: Final = "pooled.duckdb"
ABOUT_FILE: Final = "pooled.json"
_MERGED: Final = (
    "Sites put days with few patients together before they shared them: times are approximate."
)


@dataclass(frozen=True)
class Pool:
    """The sites, what was computed of them, and what was not (name -> why)."""

    sites: tuple[Site, ...]
    frames: dict[str, pl.DataFrame]
    not_pooled: dict[str, str]

    @property
    def synthetic_note(self) -> str | None:
        """The note of the first site whose patients do not exist."""
        return next((site.synthetic_note for site in self.sites if site.synthetic_note), None)


def write_pool(folders: Sequence[Path], target: Path, releases: Path) -> Pool:
    """Pool the sites of these folders and write `pooled.duckdb`, a CSV per table and a summary.

    All files are there in the end, or none was touched. Raises PoolError for sites that cannot be
    pooled.
    """
    pool = pooled([read_site(folder) for folder in folders])
    with new_files(target, releases, private=False) as folder:
        with connect(folder / RESULTS_FILE) as connection:
            write_frames(pool.frames, connection)
        for name, frame in pool.frames.items():
            if frame.height:
                frame.write_csv(folder / f"{name}.csv")
        text = json.dumps(_about(pool), indent=1, ensure_ascii=False)
        (folder / ABOUT_FILE).write_text(text + "\n", encoding="utf-8")
    return pool


def pooled(sites: Sequence[Site]) -> Pool:
    """The results of the sites together, in the order of their names."""
    check_sites(sites)
    ordered = tuple(sorted(sites, key=lambda site: site.name))
    not_pooled = dict(_not_pooled(ordered))
    study = _common(ordered, not_pooled)
    if not study.analyses:
        raise PoolError(
            "The sites share no analysis that can be pooled; see `withheld` in their site.json."
        )
    counts = {site.name: site.counts for site in ordered}
    try:
        return Pool(ordered, pooled_frames(study, counts), not_pooled)
    except ValueError as error:
        raise PoolError(
            f"The counts of the sites contradict themselves: {str(error).rstrip('.')}; export them "
            "again."
        ) from error


def summary(pool: Pool) -> Iterator[str]:
    """The pooled curves, tests and ratios in lines for a terminal."""
    labels = dict(pool.frames["analysis"].select("analysis_id", "label").rows())
    medians = pool.frames["survival_summary"]
    yield from _table(
        ("Survival", "stratum", "n", "events", "median, mo", "lower", "upper"),
        medians.select(
            "analysis_id", "stratum", "n", "n_event",
            "median_months", "median_ci_lower", "median_ci_upper",
        ),
        labels,
    )  # fmt: skip
    tests = pool.frames["group_test"]
    yield from _table(
        ("Groups", "test", "event", "n", "chi-square", "P"),
        tests.select("analysis_id", "test", "event", "n", "statistic", "p_value"),
        labels,
    )
    terms = pool.frames["cox_term"]
    yield from _table(
        ("Ratios", "factor", "numerator", "denominator", "n", "events", "HR", "lower", "upper"),
        terms.select(
            "analysis_id", "factor", "numerator", "denominator", "n", "n_event",
            "hr", "ci_lower", "ci_upper",
        ),
        labels,
    )  # fmt: skip


def _table(names: Sequence[str], rows: pl.DataFrame, labels: dict[str, str]) -> Iterator[str]:
    if rows.height:
        shown = rows.with_columns(
            pl.col("analysis_id").replace(labels), pl.selectors.float().round(4)
        )
        yield from aligned(names, shown.rows())
        yield ""


def _not_pooled(sites: Sequence[Site]) -> Iterator[tuple[str, str]]:
    """What is not pooled: what not every site has, and what not every site could share."""
    found = {site.name: {item.analysis_id for item in site.study.analyses} for site in sites}
    everywhere = set.intersection(*found.values())
    for name in sorted(set.union(*found.values()) - everywhere):
        owners = ", ".join(f"'{site}'" for site, names in found.items() if name in names)
        yield name, f"only site {owners} has it"
    for site in sites:
        for name, reason in site.not_shared.items():
            if name.partition("/")[0].partition(",")[0] in everywhere:
                yield (
                    name,
                    reason if name in site.counts.refused else f"site '{site.name}': {reason}",
                )


def _common(sites: Sequence[Site], not_pooled: dict[str, str]) -> StudySpecification:
    """What all sites define, with the analyses that all of them have counted."""
    first = sites[0]
    kept = tuple(
        _cautioned(_counted(item, not_pooled), sites)
        for item in first.study.analyses
        if item.analysis_id not in not_pooled
    )
    return first.study.model_copy(
        update={"analyses": tuple(item for item in kept if item.factors or not _is_model(item))}
    )


def _is_model(analysis: Analysis) -> bool:
    return analysis.method in ("cox_univariate", "fine_gray")


def _counted(analysis: Analysis, not_pooled: dict[str, str]) -> Analysis:
    """The analysis with the models that all sites have counted, and without subgroups."""
    factors = tuple(
        contrast
        for contrast in analysis.factors
        if f"{analysis.analysis_id}/{contrast.model}" not in not_pooled
    )
    return analysis.model_copy(update={"factors": factors, "subgroups": ()})


def _cautioned(analysis: Analysis, sites: Sequence[Site]) -> Analysis:
    """The analysis with what was done to the days of its counts in its caution."""
    every = sites[0].cells.every_days
    on_grid = f"Sites shared days rounded up to multiples of {every} days." if every else None
    merged = _MERGED if any(site.cells.merged for site in sites) else None
    caution = join_cautions(on_grid, merged, analysis.caution)
    factors = tuple(
        contrast.model_copy(update={"caution": join_cautions(on_grid, merged, contrast.caution)})
        for contrast in analysis.factors
    )
    return analysis.model_copy(update={"caution": caution, "factors": factors})


def _about(pool: Pool) -> dict[str, Any]:
    return {
        "version": __version__,
        "synthetic_note": pool.synthetic_note,
        "sites": [
            {
                "site": site.name,
                "study_id": site.study_id,
                "release_id": site.release_id,
                "smallest_cell": site.cells.smallest_cell,
                "every_days": site.cells.every_days,
                "merged": site.cells.merged,
            }
            for site in pool.sites
        ],
        "not_pooled": pool.not_pooled,
    }
