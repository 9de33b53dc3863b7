"""Which analyses need not be computed again: those that are made of the same as in another build.

What an analysis is made of is said by one digest, of all that its numbers can depend on: the
program, the definitions of the study, its own part of the plan and of the marts. An analysis is
computed from just these, so that an equal digest means equal numbers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

import duckdb
import polars as pl

from analytics.results.frames import conform
from analytics.results.marts import CONDITIONS, MART_SCHEMAS, OF_EACH_ANALYSIS, Marts
from analytics.results.schemas import RESULT_TABLES
from analytics.study.number_styles import PLAIN
from analytics.study.specification import Analysis, Publication, StudySpecification
from analytics.value_digest import rows_digest, value_digest

Frames = dict[str, pl.DataFrame]
OF_THE_PLAN: Final = ("analysis", "method")
"""Tables that say what each analysis is; they are written from the plan alone."""
COUNTING_METHODS: Final = ("baseline_table", "outcomes_table", "attrition")
MADE_OF_RESULTS: Final = ("published_concordance", "convention_sensitivity")


@dataclass(frozen=True)
class Earlier:
    """The results of another build, and the digest of what each analysis of it was made of."""

    made_of: Mapping[str, str] = field(default_factory=dict)
    results: Mapping[str, pl.DataFrame] = field(default_factory=dict)

    def frames(self, analysis_id: str, digest: str) -> Frames | None:
        """The rows of an analysis by table, if it was made of the same; None otherwise."""
        if self.made_of.get(analysis_id) != digest:
            return None
        return {
            name: frame.filter(pl.col("analysis_id") == analysis_id)
            for name, frame in self.results.items()
            if "analysis_id" in frame.columns and name not in (*OF_THE_PLAN, *MADE_OF_RESULTS)
        }

    def table(self, name: str, digest: str) -> pl.DataFrame | None:
        """A table that is made of several analyses, if it was made of the same."""
        return self.results[name] if self.made_of.get(name) == digest else None


def read_results(connection: duckdb.DuckDBPyConnection, database: str) -> Frames:
    """The result tables of an attached warehouse, their rows in the order they were written in."""
    return {
        name: conform(
            name, connection.sql(f"select * from {database}.results.{name} order by rowid").pl()
        )
        for name in RESULT_TABLES
    }


class Ingredients:
    """What the parts of a build's results are made of; the marts are digested once.

    `program` is the digest of the code and the packages that compute. `whole` is the study as it
    is, `study` the same without its words, on which no number depends.
    """

    def __init__(self, program: str, study: StudySpecification, marts: Marts) -> None:
        """Take what a build computes from."""
        self._program = program
        self.marts = marts
        self.whole = study
        self.study = _without_words(study)

    def seen_by(self, analysis: Analysis) -> StudySpecification:
        """The study with nothing of the other analyses but the one that screened the candidates."""
        needed = {analysis.analysis_id, analysis.candidates_from}
        seen = tuple(one for one in self.study.analyses if one.analysis_id in needed)
        return self.study.model_copy(update={"analyses": seen})

    def marts_of(self, analysis: Analysis) -> Marts:
        """The marts with the rows of this analysis alone where they are kept for each.

        Who meets which condition is there for an attrition only.
        """
        own = self.marts.of_analysis(analysis.analysis_id)
        return own if _is_judged(analysis) else own.without_conditions()

    def digest(self, analysis: Analysis, fitted: Sequence[pl.DataFrame]) -> str:
        """The digest of all that an analysis is computed from."""
        name = analysis.analysis_id
        own = [rows_digest(self.marts.rows_of_analysis(mart, name)) for mart in OF_EACH_ANALYSIS]
        if _is_judged(analysis):
            own.append(self._conditions)
        seen = self.seen_by(analysis).analyses
        return value_digest(self._shared, name, seen, own, fitted)

    @cached_property
    def estimating(self) -> StudySpecification:
        """The study without its words and without the analyses that only count."""
        kept = tuple(one for one in self.study.analyses if one.method not in COUNTING_METHODS)
        return self.study.model_copy(update={"analyses": kept})

    def digest_of_estimates(self, *others: object) -> str:
        """The digest of that study, every mart that estimates read, and others."""
        own = [rows_digest(getattr(self.marts, name)) for name in OF_EACH_ANALYSIS]
        return value_digest(self._shared, self.estimating.analyses, own, others)

    @cached_property
    def _shared(self) -> str:
        """The digest of what all analyses share: program, study and the other marts."""
        study = self.study.model_copy(update={"analyses": ()})
        names = [name for name in MART_SCHEMAS if name not in (*OF_EACH_ANALYSIS, CONDITIONS)]
        marts = [rows_digest(getattr(self.marts, name)) for name in names]
        return value_digest(self._program, study, names, marts)

    @cached_property
    def _conditions(self) -> str:
        """The digest of the conditions that are read: those of the populations of attritions."""
        return rows_digest(self.marts.population_conditions)


def _is_judged(analysis: Analysis) -> bool:
    return analysis.method == "attrition"


def _without_words(study: StudySpecification) -> StudySpecification:
    """The study as its numbers depend on it."""
    no_label = {"label": ""}
    return study.model_copy(
        update={
            "title": "",
            "synthetic_note": None,
            "publication": Publication(),
            "number_style": PLAIN,
            "folder": Path(),
            "trials": tuple(one.model_copy(update=no_label) for one in study.trials),
            "factors": tuple(one.model_copy(update=no_label) for one in study.factors),
            "analyses": tuple(
                one.model_copy(update={**no_label, "display_order": 0}) for one in study.analyses
            ),
        }
    )
