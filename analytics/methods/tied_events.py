"""The partial likelihood by the way that tied events are treated."""

from collections.abc import Callable
from functools import partial

from analytics.methods.arrays import FloatArray
from analytics.methods.exact_likelihood import exact_sums, tied_sets
from analytics.methods.partial_likelihood import PartialLikelihood, Ties, risk_sums
from analytics.methods.scaled_rows import ScaledRows


def partial_likelihood(
    rows: ScaledRows, *, ties: Ties
) -> Callable[[FloatArray], PartialLikelihood]:
    """The likelihood as a function of the coefficients of the scaled covariates."""
    if ties == "exact":
        return partial(exact_sums, tied_sets(rows))
    return partial(risk_sums, rows, ties=ties)
