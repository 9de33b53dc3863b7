"""The table of a fitted regression: each coefficient with Wald's interval and P value."""

import numpy as np
import polars as pl
from scipy.special import ndtr

from analytics.methods.arrays import FloatArray, frame_without_nan
from analytics.methods.intervals import normal_quantile


def wald_terms(
    names: tuple[str, ...],
    log_ratio: FloatArray | None,
    std_error: FloatArray | None,
    status: str,
    *,
    conf_level: float,
) -> pl.DataFrame:
    """A row per covariate.

    Columns factor, log_ratio, std_error, ratio, ci_lower, ci_upper, p_value, status. The interval
    is Wald's, exp(b +- z se), and the P value that of b / se. Numbers are null, and the status
    says why, when the model is not estimable (`log_ratio` and `std_error` None).
    """
    unknown = np.full(len(names), np.nan)
    estimate = unknown if log_ratio is None else log_ratio
    error = unknown if std_error is None else std_error
    width = normal_quantile(conf_level) * error
    numbers = frame_without_nan(
        {
            "log_ratio": estimate,
            "std_error": error,
            "ratio": np.exp(estimate),
            "ci_lower": np.exp(estimate - width),
            "ci_upper": np.exp(estimate + width),
            "p_value": 2 * ndtr(-np.abs(estimate / error)),
        }
    )
    factors = pl.Series("factor", names, dtype=pl.String)
    return numbers.insert_column(0, factors).with_columns(pl.lit(status).alias("status"))
