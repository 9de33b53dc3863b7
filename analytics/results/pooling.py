"""The trials of a pooled analysis: `pooling_effect` and `pooling_heterogeneity`, row by row.

Of each number an analysis gives that of all subjects, of each trial, of all without it, and what
the trials say together: stratified by trial, and the means of a fixed effect and of random effects.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NamedTuple

import polars as pl

from analytics.methods.chi_square import TestResult
from analytics.methods.heterogeneity import Combined, heterogeneity
from analytics.methods.intervals import normal_quantile
from analytics.results.frames import frame_of_rows

Row = dict[str, Any]
PartName = Literal["all", "stratified", "fixed_effect", "random_effects", "level", "without"]

EFFECT: Final = "pooling_effect"
HETEROGENEITY: Final = "pooling_heterogeneity"
QUANTITIES: Final = {
    "survival": ("survival_rate", "estimate"),
    "incidence": ("cumulative_incidence_rate", "estimate"),
    "median": ("survival_summary", "median_months"),
    "hr": ("cox_term", "hr"),
    "shr": ("fine_gray_term", "shr"),
}
"""Quantity -> the table and column in which the analysis itself shows it."""


class Part(NamedTuple):
    """Whose estimate it is; `level` is the trial of `level` and `without`."""

    name: PartName
    level: str | None = None


@dataclass(frozen=True)
class Estimate:
    """A number with its limits; all None unless `status` is 'ok'. `n_risk` are those of its month.

    `scaled` is the estimate and its error on the scale on which trials are compared, if it is one.
    """

    n: int
    n_event: int
    status: str
    estimate: float | None = None
    std_error: float | None = None
    ci_lower: float | None = None
    ci_upper: float | None = None
    n_risk: int | None = None
    scaled: tuple[float, float] | None = None


@dataclass(frozen=True)
class Question:
    """What is compared: the columns that name it, and the way back from the scale of comparison.

    `back` None: there is no scale, and the trials are not compared (medians).
    """

    labels: Row
    back: Callable[[float], float] | None


@dataclass
class PoolingRows:
    """The rows of one analysis, by table."""

    effects: list[Row] = field(default_factory=list)
    tests: list[Row] = field(default_factory=list)

    def frames(self) -> dict[str, pl.DataFrame]:
        """The rows as frames of their tables."""
        return {
            EFFECT: frame_of_rows(EFFECT, self.effects),
            HETEROGENEITY: frame_of_rows(HETEROGENEITY, self.tests),
        }

    def add(
        self,
        question: Question,
        found: Mapping[Part, Estimate],
        interaction: TestResult,
        conf_level: float,
    ) -> None:
        """The estimates of a question, those that combine the trials, and whether they differ."""
        trials = {part.level: one for part, one in found.items() if part.name == "level"}
        known = [one.scaled for one in trials.values() if one.scaled is not None]
        n = sum(one.n for one in trials.values())
        n_event = sum(one.n_event for one in trials.values())
        shown = dict(found)
        if question.back is not None:
            compared = heterogeneity(*_columns(known))
            base = Estimate(n, n_event, compared.test.status)
            for part, mean in (
                (Part("fixed_effect"), compared.fixed),
                (Part("random_effects"), compared.random),
            ):
                shown[part] = _combined(base, mean, question.back, conf_level)
            self.tests.append(
                {
                    **question.labels,
                    "n": n,
                    "n_event": n_event,
                    "n_estimates": len(known),
                    "statistic": compared.test.statistic,
                    "df": compared.test.df or None,
                    "p_value": compared.test.p_value,
                    "i_squared": compared.i_squared,
                    "tau_squared": compared.tau_squared,
                    "lr_statistic": interaction.statistic,
                    "lr_df": interaction.df or None,
                    "lr_p": interaction.p_value,
                    "status": compared.test.status,
                    "lr_status": interaction.status,
                }
            )
        order: tuple[PartName, ...] = (
            "all",
            "stratified",
            "fixed_effect",
            "random_effects",
            "level",
            "without",
        )
        parts = sorted(shown, key=lambda part: order.index(part.name))
        self.effects += [
            {
                **question.labels,
                "part": part.name,
                "level": part.level,
                "display_order": position,
                **_numbers(shown[part]),
            }
            for position, part in enumerate(parts, start=1)
        ]


def _columns(pairs: Sequence[tuple[float, float]]) -> tuple[list[float], list[float]]:
    return [value for value, _ in pairs], [error for _, error in pairs]


def _combined(
    base: Estimate, mean: Combined | None, back: Callable[[float], float], conf_level: float
) -> Estimate:
    if mean is None:
        return base
    reach = normal_quantile(conf_level) * mean.std_error
    lower, upper = sorted((back(mean.estimate - reach), back(mean.estimate + reach)))
    return Estimate(
        base.n,
        base.n_event,
        base.status,
        estimate=back(mean.estimate),
        std_error=mean.std_error,
        ci_lower=lower,
        ci_upper=upper,
    )


def _numbers(one: Estimate) -> Row:
    return {
        name: getattr(one, name)
        for name in (
            "n",
            "n_event",
            "n_risk",
            "estimate",
            "std_error",
            "ci_lower",
            "ci_upper",
            "status",
        )
    }
