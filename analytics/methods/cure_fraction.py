"""The mixture cure model of a curve: a fraction never has the event, the others' times are Weibull.

S(t) = c + (1 - c) exp(-(t / scale)^shape), fitted on weighted counts. The fraction is where the
model's curve levels off, so it is only as sure as the follow-up is long: with censoring before the
plateau another latency gives another fraction (see `cure_models`).
Reference: Boag, J R Stat Soc B 1949;11:15; Farewell, Biometrics 1982;38:1041.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from analytics.methods import statuses
from analytics.methods.counts import RiskTable, curve_status, risk_table, weighted_spells
from analytics.methods.cure_likelihood import CureRows
from analytics.methods.cure_models import fit_cure

ORIGIN_DAY_STOP = 0.5


@dataclass(frozen=True)
class MixtureCure:
    """The cured fraction with its limits, and the Weibull of the others (scale in days).

    `std_error` is of the fraction; all None unless `status` is 'ok'.
    """

    status: str
    cure_fraction: float | None = None
    std_error: float | None = None
    ci_lower: float | None = None
    ci_upper: float | None = None
    scale: float | None = None
    shape: float | None = None
    log_likelihood: float | None = None


def mixture_cure(counts: pl.DataFrame, *, conf_level: float) -> MixtureCure:
    """The maximum likelihood fit, with the limits symmetric on the logit of the fraction.

    The error is that of the inverse observed information; on the logit it is se / (c (1 - c)) by
    the delta method. An event or a censoring on day 0 counts at 0.5, as in a Cox model. Late
    entries are left-truncated. Not estimable: fewer than two days with events, which leave the
    Weibull no shape; a fraction at its bound of 0 (below 1e-4), where no interval of this kind
    exists; no convergence.
    Raises ValueError for counts with a competing event.
    """
    table = risk_table(counts)
    if table.n_competing.any():
        raise ValueError(
            "The cure model does not allow competing events, since they are not censorings."
        )
    if (status := curve_status(counts)) != statuses.OK:
        return MixtureCure(status)
    fit = fit_cure(_rows(table), "weibull", conf_level=conf_level)
    return MixtureCure(
        status=fit.status,
        cure_fraction=fit.cure_fraction,
        std_error=fit.std_error,
        ci_lower=fit.ci_lower,
        ci_upper=fit.ci_upper,
        scale=fit.scale,
        shape=fit.shape,
        log_likelihood=fit.log_likelihood,
    )


def _rows(table: RiskTable) -> CureRows:
    entry, leave, observed, weight = weighted_spells(table)
    ones = np.ones((len(leave), 1))
    leave = np.where(leave == 0, ORIGIN_DAY_STOP, leave)
    return CureRows(entry, leave, observed == 1, weight, ones, ones)
