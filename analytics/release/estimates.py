"""The medians, rates and hazard ratios of a warehouse as one long list, and how they moved."""

import math
from dataclasses import dataclass
from typing import Final

import duckdb

NUMBERS: Final = (
    "median",
    "event-free rate",
    "incidence",
    "restricted mean",
    "hazard ratio",
    "subdistribution hazard ratio",
)
"""The kinds of numbers, in the order they are shown."""
HEADLINE_NUMBERS: Final = ("median", "event-free rate", "incidence", "hazard ratio")
"""The kinds that the history of releases holds, of the headline analyses."""
RATIO: Final = "ratio"
# Relative. The last digits of a model depend on the processor, and no record moves one that little.
_ROUNDING: Final = 1e-9
_KEY: Final = (
    *("number", "unit", "analysis_id", "stratum"),
    *("model", "factor", "contrast", "event", "time_months"),
)
"""What tells one number of a warehouse from another."""

# One row per number, in the units people read; a column that does not apply is NULL.
ESTIMATES: Final = """
    with numbers as (
        select
            'median' as number, 'months' as unit, analysis_id, stratum, null as model,
            null as factor, null as contrast, null as event, null::double as time_months,
            n, n_event,
            (
                select arg_max(curve.n_risk, curve.time_days)
                from {release}.results.survival_curve as curve
                where curve.analysis_id = summary.analysis_id
                    and curve.stratum = summary.stratum
                    and curve.time_months
                    <= greatest(median_months, median_ci_lower, median_ci_upper)
            ) as n_risk,
            median_months as value, median_ci_lower as ci_lower, median_ci_upper as ci_upper,
            status
        from {release}.results.survival_summary as summary
        union all
        select
            'event-free rate', 'percent', analysis_id, stratum, null, null, null, null,
            time_months, n, n_event, n_risk, 100 * estimate, 100 * ci_lower, 100 * ci_upper,
            status
        from {release}.results.survival_rate
        union all
        select
            'incidence', 'percent', analysis_id, stratum, null, null, null, event,
            time_months, n, n_event, n_risk, 100 * estimate, 100 * ci_lower, 100 * ci_upper,
            status
        from {release}.results.cumulative_incidence_rate
        union all
        select
            'restricted mean', 'months', analysis_id, stratum, null, null, null, null,
            horizon_months, n, n_event, null, restricted_mean_months, ci_lower, ci_upper, status
        from {release}.results.restricted_mean
        union all
        select
            'hazard ratio', 'ratio', analysis_id, null, model, factor,
            numerator || ' / ' || denominator, null, null, n, n_event, null, hr, ci_lower,
            ci_upper, status
        from {release}.results.cox_term
        union all
        select
            'subdistribution hazard ratio', 'ratio', analysis_id, null, model, factor,
            numerator || ' / ' || denominator, null, null, n, n_event, null, shr, ci_lower,
            ci_upper, status
        from {release}.results.fine_gray_term
    )

    select
        analysis.display_order as analysis_order, analysis.label as analysis_label, numbers.*
    from numbers
    inner join {release}.results.analysis as analysis
        on numbers.analysis_id = analysis.analysis_id
"""
_MOVED: Final = f"""
    with estimates_before as ({ESTIMATES.format(release="before")}),

    estimates_after as ({ESTIMATES.format(release="after")})

    select
        coalesce(later.number, earlier.number),
        coalesce(later.unit, earlier.unit),
        coalesce(later.analysis_id, earlier.analysis_id),
        coalesce(later.analysis_label, earlier.analysis_label),
        coalesce(later.stratum, earlier.stratum),
        coalesce(later.model, earlier.model),
        coalesce(later.factor, earlier.factor),
        coalesce(later.contrast, earlier.contrast),
        coalesce(later.event, earlier.event),
        coalesce(later.time_months, earlier.time_months),
        earlier.value,
        later.value,
        later.value - earlier.value,
        coalesce(earlier.status, 'not in the earlier release'),
        coalesce(later.status, 'not in the later release')
    from estimates_before as earlier
    full join estimates_after as later
        on {" and ".join(f"earlier.{key} is not distinct from later.{key}" for key in _KEY)}
    where
        earlier.value is distinct from later.value
        and coalesce(
            abs(later.value - earlier.value)
            > {_ROUNDING} * greatest(abs(earlier.value), abs(later.value)),
            true
        )
    order by coalesce(later.analysis_order, earlier.analysis_order), 5, 6, 7, 8, 9, 10
"""


@dataclass(frozen=True)
class EstimateMove:
    """A number that reads otherwise now: before, after, and the later less the earlier."""

    number: str
    unit: str
    analysis_id: str
    analysis_label: str
    stratum: str | None
    model: str | None
    factor: str | None
    contrast: str | None
    event: str | None
    time_months: float | None
    before: float | None
    after: float | None
    difference: float | None
    status_before: str
    status_after: str

    @property
    def size(self) -> float:
        """How far it moved, a ratio on its logarithm; 0 when one side is not known."""
        if self.before is None or self.after is None:
            return 0.0
        if self.unit == RATIO:
            return abs(math.log(self.after / self.before))
        return abs(self.after - self.before)


def moved_estimates(connection: duckdb.DuckDBPyConnection) -> list[EstimateMove]:
    """The numbers that differ between the attached `before` and `after`.

    By kind, then by size, the largest first; last those that only one release could estimate.
    """
    moves = [EstimateMove(*row) for row in connection.execute(_MOVED).fetchall()]
    return sorted(moves, key=lambda move: (NUMBERS.index(move.number), -move.size))
